import * as games from "./motifs/games";
import * as jewellery from "./motifs/jewellery";
import * as lamps from "./motifs/lamps";
import * as leather from "./motifs/leather";
import * as pantry from "./motifs/pantry";
import { FLOOR, faded, ellipse, line, rect, shape, star } from "./motifs/shapes";
import type { Motif, Palette, Pick } from "./motifs/shapes";
import * as soaps from "./motifs/soaps";
import * as table from "./motifs/table";
import * as woven from "./motifs/woven";

/** By category: the first motif whose word is in the name; the last one fits everything. */
const MOTIFS = new Map<string, readonly [RegExp, Motif][]>(
  Object.entries({
    lamps: [
      [/paper/i, lamps.paperLanterns],
      [/lantern/i, lamps.floorLantern],
      [/bedside|table/i, lamps.tableLamp],
      [/./, lamps.hangingLamp],
    ],
    rugs: [
      [/rag|boucherouite/i, woven.ragRug],
      [/niche|mat/i, woven.nicheMat],
      [/./, woven.rug],
    ],
    textiles: [
      [/towel|throw/i, woven.towels],
      [/runner|cloth/i, woven.runner],
      [/./, woven.cushion],
    ],
    baskets: [
      [/lid|nested/i, woven.lidBasket],
      [/tray/i, woven.trayBasket],
      [/./, woven.basket],
    ],
    spices: [
      [/saffron/i, pantry.jarOf("#b8301f")],
      [/za.?atar/i, pantry.jarOf("#7f8a3a")],
      [/lime/i, pantry.limes],
      [/pepper/i, pantry.heapOf("#a8321f")],
      [/./, pantry.heapOf("#c07a2b")],
    ],
    teas: [
      [/mint/i, pantry.glassOf("#9aa23a")],
      [/hibiscus/i, pantry.glassOf("#a3182c")],
      [/./, pantry.teaTin],
    ],
    ceramics: [
      [/plate/i, table.plate],
      [/tagine/i, table.tagine],
      [/jug|vase/i, table.jug],
      [/dishes/i, table.dishes],
      [/./, table.bowl],
    ],
    brass: [
      [/tray/i, table.tray],
      [/dallah|coffee/i, table.dallah],
      [/cezve/i, table.cezve],
      [/mortar/i, table.mortar],
      [/./, table.teapot],
    ],
    leather: [
      [/pouf/i, leather.pouf],
      [/slippers/i, leather.slippers],
      [/journal/i, leather.journal],
      [/purse|wallet/i, leather.purse],
      [/./, leather.bag],
    ],
    jewellery: [
      [/earrings/i, jewellery.earrings],
      [/necklace/i, jewellery.necklace],
      [/pendant/i, jewellery.pendant],
      [/bracelet/i, jewellery.cuff],
      [/./, jewellery.signetRing],
    ],
    soaps: [
      [/oil|mist|water/i, soaps.bottle],
      [/hammam/i, soaps.soapPot],
      [/./, soaps.soapBars],
    ],
    games: [
      [/backgammon/i, games.backgammon],
      [/chess/i, games.chess],
      [/mancala/i, games.mancala],
      [/./, games.book],
    ],
  }),
);

const palette = (colours: string): Palette => {
  const [wall = "", niche = "", main = "", accent = "", light = "", dark = ""] = colours.split(" ");
  return { wall, niche, main, accent, light, dark };
};

/** With the words of a name that ask for it; other names get one by chance. */
const PALETTES: readonly [RegExp, Palette][] = [
  [/clay|terracotta|copper/i, palette("#e6cdb6 #f8ecde #b8502f #2f6f73 #f2b872 #5a2a1b")],
  [/blue|indigo|night/i, palette("#c7d3e4 #ebf0f7 #2c4a86 #d9a441 #8fb3de #1b2b4f")],
  [/green|palm|laurel|garden/i, palette("#c9dccd #ecf4ec #1f7a5a #d08a2e #8ccba8 #0f3d30")],
  [/saffron|amber|honey|argan/i, palette("#f0d9a4 #fdf4de #cf8a17 #8c2f39 #f6c95f #5b3a10")],
  [/rose|hibiscus|tulip/i, palette("#eecbc8 #fcedea #b2455c #3f7c85 #eda6a0 #5e1f33")],
  [/plum|fig/i, palette("#d8cae2 #f3edf7 #6b3f7e #d7a54a #b999cc #38204a")],
  [/turquoise|water|sea/i, palette("#c0e0de #e8f6f4 #1c8c94 #d9643a #86d0cc #0d4a52")],
];

function choosePalette(name: string, pick: Pick): Palette {
  const named = PALETTES.find(([words]) => words.test(name))?.[1];
  const chosen = named ?? PALETTES[pick(PALETTES.length)]?.[1] ?? palette("");
  const { main, accent } = chosen;
  const isSwapped = named === undefined && pick(2) === 1;
  return isSwapped ? { ...chosen, main: accent, accent: main } : chosen;
}

/** Lamps hang at night, so that their light shows. */
const NIGHT = { wall: "#232a4a", niche: "#36406b" };

/**
 * A picture of a product as SVG, 400 × 400: its motif in the arched niche of a market stall. The
 * same product always gives the same bytes. Nothing of the product is written into the image; the
 * name only chooses the motif and the colours.
 */
export function drawImage(product: { name: string; slug: string; category: string }): string {
  const pick = seededBy(product.slug);
  const colours = {
    ...choosePalette(product.name, pick),
    ...(product.category === "lamps" ? NIGHT : {}),
  };
  const motifs = MOTIFS.get(product.category) ?? [];
  const draw = motifs.find(([word]) => word.test(product.name))?.[1] ?? table.bowl;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" width="400" height="400">${stall(colours)}${draw(colours, pick)}</svg>`;
}

function stall({ wall, niche, main, accent, dark }: Palette): string {
  const tiles = [60, 140, 220, 300].flatMap((y) => [[30, y] as const, [370, y] as const]);
  const places = [...tiles, [100, 40] as const, [300, 40] as const];
  const tile = `<defs><path id="t" d="${star(0, 0, 15, 8)}"/></defs>`;
  const stars = places.map(([x, y]) => `<use href="#t" x="${x}" y="${y}"/>`).join("");
  return [
    rect(0, 0, 400, 400, wall),
    `${tile}<g opacity=".28" fill="${main}">${stars}</g>`,
    shape("M64 346V190C64 112 128 94 200 40C272 94 336 112 336 190V346Z", accent),
    shape("M76 346V196C76 122 138 104 200 54C262 104 324 122 324 196V346Z", niche),
    rect(0, 344, 400, 56, dark) + faded(0.35, line("M0 352H400", niche, 3)),
    faded(0.3, ellipse(200, FLOOR + 6, 120, 8, "#000")),
  ].join("");
}

/** FNV-1a of the text, then a small generator: enough to vary a drawing, the same everywhere. */
function seededBy(text: string): Pick {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  }
  return (below) => {
    state = (state + 0x9e3779b9) | 0;
    const mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    return ((mixed ^ (mixed >>> 15)) >>> 0) % below;
  };
}
