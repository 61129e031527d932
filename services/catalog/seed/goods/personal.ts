import { defineGoods } from "./define-goods";

export const leather = defineGoods("leather", "Old Tannery", [
  {
    name: "Tanner's Messenger Bag",
    sku: "LTH-BAG",
    text: "Goat leather, vegetable-tanned in the old pits, with two buckles and a long strap. Darkens and softens with use.",
    about: { material: "goat leather", origin: "Morocco" },
    by: "colour",
    offers: { Cognac: [11900, 12], Chestnut: [11900, 8], Black: [12400, 5] },
  },
  {
    name: "Round Leather Pouf",
    sku: "LTH-POUF",
    text: "Eight panels, stitched by hand around an embroidered star. Comes flat; fill it with old clothes or straw.",
    about: { material: "goat leather", origin: "Morocco" },
    by: "colour",
    offers: { Tan: [9900, 16], White: [9900, 9], Oxblood: [10400, 2] },
  },
  {
    name: "Babouche Slippers",
    sku: "LTH-BABOUCHE",
    text: "Soft pointed slippers with a folded heel and a leather sole. They run small; take one size more.",
    about: { material: "sheep leather", origin: "Morocco" },
    by: "colour/size",
    offers: {
      "Yellow/38": [3900, 7],
      "Yellow/40": [3900, 11],
      "Yellow/42": [3900, 9],
      "Red/38": [3900, 4],
      "Red/40": [3900, 0],
      "Red/42": [3900, 6],
    },
  },
  {
    name: "Bookbinder's Journal",
    sku: "LTH-JOURNAL",
    text: "One piece of leather wrapped around two hundred pages of cotton paper. Opens flat and closes with a cord.",
    about: { material: "buffalo leather", origin: "Egypt" },
    by: "size",
    offers: { A6: [1900, 52], A5: [2700, 37] },
  },
  {
    name: "Coin Purse with Kiss Lock",
    sku: "LTH-PURSE",
    text: "Small enough for a pocket, with a brass frame that shuts with a snap.",
    about: { material: "goat leather", origin: "Tunisia" },
    by: "colour",
    offers: { Cognac: [1600, 41], Green: [1600, 22], Blue: [1600, 18] },
  },
]);

export const jewellery = defineGoods("jewellery", "Silver Lane", [
  {
    name: "Filigree Crescent Earrings",
    sku: "JWL-FILIGREE",
    text: "Silver wire, twisted and soldered into lace. They weigh next to nothing.",
    about: { material: "silver", origin: "Lebanon", stone: "none" },
    offers: [4800, 17],
  },
  {
    name: "Turquoise Signet Ring",
    sku: "JWL-SIGNET",
    text: "A Nishapur turquoise in a plain bezel on a broad silver band.",
    about: { material: "silver", origin: "Iran", stone: "turquoise" },
    by: "size",
    offers: {
      "52": [6900, 4],
      "54": [6900, 7],
      "56": [6900, 6],
      "58": [6900, 3],
      "60": [6900, 0],
    },
  },
  {
    name: "Amber Bead Necklace",
    sku: "JWL-AMBER",
    text: "Graduated beads of Baltic amber with silver spacers, strung and knotted by hand. Length 48 cm.",
    about: { material: "amber and silver", origin: "Yemen", stone: "amber" },
    offers: [15900, 5],
  },
  {
    name: "Hand of Fatima Pendant",
    sku: "JWL-HAND",
    text: "A small open hand with an enamel eye, on a fine chain of 42 cm.",
    about: { material: "silver", origin: "Tunisia", stone: "none" },
    by: "finish",
    offers: { Silver: [3900, 28], "Gold-plated": [4900, 15] },
  },
  {
    name: "Berber Cuff Bracelet",
    sku: "JWL-CUFF",
    text: "A wide open cuff, stamped and engraved with triangles and dots. Bends to fit.",
    about: { material: "silver", origin: "Morocco", stone: "coral" },
    offers: [8900, 1],
  },
]);

export const soaps = defineGoods("soaps", "Hammam House", [
  {
    name: "Aleppo Laurel Soap",
    sku: "SOAP-ALEPPO",
    text: "Olive and laurel oil, cooked for three days and aged for nine months. Golden outside, green within.",
    about: { scent: "laurel", origin: "Syria", skin: "all" },
    by: "laurel",
    offers: { "15 %": [590, 150], "30 %": [790, 90], "40 %": [990, 34] },
  },
  {
    name: "Black Hammam Soap",
    sku: "SOAP-BLACK",
    text: "A soft paste of crushed olives and eucalyptus. Leave it on in the steam, then scrub with a kessa glove.",
    about: { scent: "eucalyptus", origin: "Morocco", skin: "all" },
    by: "weight",
    offers: { "100 g": [690, 70], "250 g": [1290, 46] },
  },
  {
    name: "Argan Body Oil",
    sku: "SOAP-ARGAN",
    text: "Cold-pressed by a women's cooperative and scented with orange blossom. A few drops for skin and hair.",
    about: { scent: "orange blossom", origin: "Morocco", skin: "dry" },
    by: "volume",
    offers: { "50 ml": [1490, 55], "100 ml": [2490, 31] },
  },
  {
    name: "Rose Water Mist",
    sku: "SOAP-ROSE",
    text: "Distilled from damask roses, and nothing else. For the face, the pillow and the rice pudding.",
    about: { scent: "rose", origin: "Iran", skin: "sensitive" },
    offers: [1190, 62],
  },
  {
    name: "Ghassoul Clay Bar",
    sku: "SOAP-GHASSOUL",
    text: "Lava clay of the Atlas pressed into a soap with honey. Cleans without drying.",
    about: { scent: "honey", origin: "Morocco", skin: "oily" },
    offers: [650, 2],
  },
]);

export const games = defineGoods("games", "Twelve Arches", [
  {
    name: "Inlaid Backgammon Board",
    sku: "GAME-TAWLA",
    text: "Walnut inlaid with mother-of-pearl and bone, with pieces and two small dice. Folds like a case.",
    about: { material: "walnut", origin: "Syria", players: "2" },
    by: "size",
    offers: { "30 cm": [6900, 13], "50 cm": [14900, 4] },
  },
  {
    name: "Arabesque Chess Set",
    sku: "GAME-CHESS",
    text: "Pieces in the old abstract style, without faces, turned from olive wood and ebony.",
    about: { material: "olive wood and ebony", origin: "Egypt", players: "2" },
    offers: [11900, 6],
  },
  {
    name: "Mancala of Olive Wood",
    sku: "GAME-MANCALA",
    text: "Twelve hollows, two stores and forty-eight polished seeds. Learnt in a minute.",
    about: { material: "olive wood", origin: "Tunisia", players: "2" },
    offers: [4200, 21],
  },
  {
    name: "Tales of the Water Carrier",
    sku: "BOOK-TALES",
    text: "Forty market stories, each short enough for one glass of tea. With woodcuts.",
    about: { material: "paper", origin: "Lebanon", language: "English" },
    by: "binding",
    offers: { Paperback: [1690, 48], Hardcover: [2890, 19] },
  },
  {
    name: "Patterns of the Old City",
    sku: "BOOK-PATTERNS",
    text: "How to draw sixty geometric patterns with a ruler and a pair of compasses, from simple stars to whole walls.",
    about: { material: "paper", origin: "Egypt", language: "English" },
    offers: [3400, 9],
  },
]);
