import { defineGoods } from "./define-goods";

export const ceramics = defineGoods("ceramics", "Blue Kiln", [
  {
    name: "Fez Blue Serving Bowl",
    sku: "CER-FEZ",
    text: "Cobalt brushwork on white tin glaze, drawn without a template. Food-safe; wash by hand.",
    about: { material: "earthenware", origin: "Morocco", colour: "blue" },
    by: "size",
    offers: { "16 cm": [2400, 36], "24 cm": [3900, 20], "32 cm": [5900, 5] },
  },
  {
    name: "Iznik Tulip Plate",
    sku: "CER-IZNIK",
    text: "Tulips, carnations and a red that stands up from the glaze. A copy of a museum piece that may be eaten from.",
    about: { material: "stonepaste", origin: "Türkiye", colour: "multicoloured" },
    by: "size",
    offers: { "20 cm": [3400, 18], "28 cm": [4900, 9] },
  },
  {
    name: "Clay Tagine",
    sku: "CER-TAGINE",
    text: "Unglazed lid, glazed base: steam rises, turns to drops and runs back. For gas with a diffuser, or the oven.",
    about: { material: "terracotta", origin: "Morocco", colour: "terracotta" },
    by: "size",
    offers: { "2 people": [3200, 25], "4 people": [4400, 19], "6 people": [5600, 0] },
  },
  {
    name: "Turquoise Water Jug",
    sku: "CER-JUG",
    text: "A tall jug under a crackled turquoise glaze. Keeps water cool on the table.",
    about: { material: "stoneware", origin: "Iran", colour: "turquoise" },
    offers: [4700, 11],
  },
  {
    name: "Four Mezze Dishes",
    sku: "CER-MEZZE",
    text: "Four small dishes with four different borders, for olives, dips and the last almond.",
    about: { material: "earthenware", origin: "Tunisia", colour: "multicoloured" },
    by: "colour",
    offers: { Blue: [3600, 27], Green: [3600, 14], Mixed: [3800, 4] },
  },
]);

export const brass = defineGoods("brass", "Copper Quarter", [
  {
    name: "Engraved Moroccan Teapot",
    sku: "BRS-TEAPOT",
    text: "A footed pot with a long spout for pouring from shoulder height. Tinned inside, engraved outside.",
    about: { material: "brass", origin: "Morocco" },
    by: "size",
    offers: { "0.4 l": [4900, 13], "0.8 l": [6900, 12], "1.2 l": [8900, 3] },
  },
  {
    name: "Hammered Copper Tray",
    sku: "BRS-TRAY",
    text: "A round tray with a rolled rim, hammered until it rings. Large enough to serve as a low table on its own stand.",
    about: { material: "copper", origin: "Egypt" },
    by: "size",
    offers: { "40 cm": [5900, 15], "60 cm": [9900, 7], "80 cm": [15900, 1] },
  },
  {
    name: "Dallah Coffee Pot",
    sku: "BRS-DALLAH",
    text: "The beaked pot of Gulf hospitality, with a hinged lid and a waist that fits the hand.",
    about: { material: "brass", origin: "Oman" },
    by: "finish",
    offers: { Polished: [7900, 10], Antique: [8400, 6] },
  },
  {
    name: "Long-Handled Cezve",
    sku: "BRS-CEZVE",
    text: "Copper, tinned inside, with a brass handle. Wide at the bottom and narrow at the neck, so that the foam stays.",
    about: { material: "copper", origin: "Türkiye" },
    by: "size",
    offers: { "2 cups": [2600, 48], "4 cups": [3300, 29] },
  },
  {
    name: "Spice Mortar and Pestle",
    sku: "BRS-MORTAR",
    text: "Cast brass, heavy enough to stay where it stands. Cracks cardamom, grinds cumin, wakes the neighbours.",
    about: { material: "brass", origin: "Iran" },
    offers: [4400, 0],
  },
]);
