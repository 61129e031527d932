import { defineGoods } from "./define-goods";

export const spices = defineGoods("spices", "Saffron Gate", [
  {
    name: "Ras el Hanout",
    sku: "SPC-RAS",
    text: "The head of the shop: twenty-four spices, roasted and ground together. For tagines, couscous and roast carrots.",
    about: { origin: "Morocco", heat: "mild", organic: "yes" },
    by: "weight",
    offers: { "50 g": [490, 140], "100 g": [850, 95], "250 g": [1790, 40] },
  },
  {
    name: "Saffron Threads",
    sku: "SPC-SAFFRON",
    text: "Whole red threads of the first pick, without the yellow ends. A pinch colours rice for six.",
    about: { origin: "Iran", heat: "none", organic: "no" },
    by: "weight",
    offers: { "1 g": [890, 75], "2 g": [1690, 42], "5 g": [3890, 4] },
  },
  {
    name: "Aleppo Pepper Flakes",
    sku: "SPC-ALEPPO",
    text: "Sun-dried, coarsely crushed and rubbed with a little oil and salt. Fruity first, warm after.",
    about: { origin: "Syria", heat: "medium", organic: "no" },
    by: "weight",
    offers: { "60 g": [540, 88], "150 g": [1090, 51] },
  },
  {
    name: "Za'atar with Sumac",
    sku: "SPC-ZAATAR",
    text: "Wild thyme, sour sumac and toasted sesame. Stir into olive oil and tear bread.",
    about: { origin: "Lebanon", heat: "none", organic: "yes" },
    by: "weight",
    offers: { "80 g": [520, 120], "200 g": [1090, 66] },
  },
  {
    name: "Black Lime, Whole",
    sku: "SPC-LIME",
    text: "Limes boiled in brine and dried in the sun until they rattle. Pierce one and let it simmer in a stew.",
    about: { origin: "Oman", heat: "none", organic: "no" },
    offers: [610, 0],
  },
]);

export const teas = defineGoods("teas", "Caravan Leaf", [
  {
    name: "Gunpowder Green with Mint",
    sku: "TEA-MINT",
    text: "Rolled green tea and dried Nana mint, for the high pour and plenty of sugar.",
    about: { kind: "green tea", origin: "Morocco", caffeine: "yes" },
    by: "weight",
    offers: { "100 g": [690, 110], "250 g": [1490, 58], "500 g": [2690, 12] },
  },
  {
    name: "Smoked Caravan Black",
    sku: "TEA-SMOKED",
    text: "A strong black tea with a trace of camp fire, as it tasted after months on the road.",
    about: { kind: "black tea", origin: "Iran", caffeine: "yes" },
    by: "weight",
    offers: { "100 g": [790, 64], "250 g": [1690, 23] },
  },
  {
    name: "Hibiscus Karkadé",
    sku: "TEA-KARKADE",
    text: "Whole dried calyces, deep red and sharp. Hot with cloves in winter, cold with ice in summer.",
    about: { kind: "infusion", origin: "Egypt", caffeine: "no" },
    by: "weight",
    offers: { "100 g": [590, 97], "250 g": [1190, 35] },
  },
  {
    name: "Cardamom Coffee",
    sku: "TEA-COFFEE",
    text: "Light-roasted arabica ground very fine with green cardamom. Made for the long-handled pot.",
    about: { kind: "coffee", origin: "Yemen", caffeine: "yes" },
    by: "roast",
    offers: { Light: [1190, 44], Dark: [1190, 39] },
  },
  {
    name: "Rosebud Infusion",
    sku: "TEA-ROSE",
    text: "Closed buds of the damask rose, picked before sunrise. Alone, or a few in a pot of black tea.",
    about: { kind: "infusion", origin: "Iran", caffeine: "no" },
    offers: [980, 3],
  },
]);
