import { circle, diamond, ellipse, faded, line, rect, shape, star, times } from "./shapes";
import type { Motif } from "./shapes";

const SILVER = { body: "#c9d0d6", shine: "#f6f8fa", edge: "#7f8a94" };

const cloth = (colour: string): string =>
  shape("M104 338Q112 306 150 306H250Q288 306 296 338Z", colour);

/** A jeweller's stand. */
const bust = (colour: string): string =>
  shape(
    "M148 116Q146 190 96 226Q84 338 112 338H288Q316 338 304 226Q254 190 252 116Q200 104 148 116Z",
    colour,
  );

export const signetRing: Motif = ({ main, accent, dark, light }) =>
  [
    cloth(dark) + line("M116 326H284", light, 2),
    `<ellipse cx="200" cy="246" rx="62" ry="66" fill="none" stroke="${SILVER.edge}" stroke-width="24"/>`,
    `<ellipse cx="200" cy="246" rx="62" ry="66" fill="none" stroke="${SILVER.body}" stroke-width="16"/>`,
    faded(0.8, line("M142 228Q150 196 176 186", SILVER.shine, 5)),
    ellipse(200, 164, 44, 36, SILVER.edge) +
      ellipse(200, 162, 40, 32, SILVER.body) +
      ellipse(200, 161, 32, 25, main),
    faded(0.5, ellipse(190, 152, 13, 8, "#fff")) + line("M186 172l10 -8l8 6l12 -10", accent, 2),
  ].join("");

export const earrings: Motif = ({ main, accent, dark }, pick) => {
  const drops = 3 + 2 * pick(2);
  const earring = (x: number) =>
    [
      line(`M${x} 176q-16 -34 2 -40q16 2 10 20`, SILVER.edge, 4),
      shape(`M${x - 46} 206A48 48 0 1 0 ${x + 46} 206A50 34 0 0 1 ${x - 46} 206Z`, SILVER.edge),
      shape(`M${x - 39} 214A41 41 0 1 0 ${x + 39} 214A50 34 0 0 1 ${x - 39} 214Z`, SILVER.shine),
      line(`M${x} 176V228`, SILVER.edge, 4) + circle(x, 196, 11, main),
      times(drops, (i) => {
        const dx = -30 + (i * 60) / (drops - 1);
        const y = 262 - Math.abs(dx) * 0.4;
        return (
          line(`M${x + dx} ${y}v22`, SILVER.edge, 2) +
          shape(diamond(x + dx, y + 28, 6, 10), i % 2 ? main : accent)
        );
      }),
    ].join("");
  return rect(122, 130, 156, 10, dark, 5) + earring(148) + earring(252);
};

export const necklace: Motif = ({ main, accent, light, dark }) => {
  const colours = [SILVER.body, main, accent, main];
  const beads = times(15, (i) => {
    const angle = Math.PI * (0.06 + (0.88 * i) / 14);
    const size = 6 + 9 * Math.sin(angle) ** 3;
    const x = 200 - 58 * Math.cos(angle);
    return circle(x, 158 + 112 * Math.sin(angle), size, colours[(i + 1) % 4] ?? main);
  });
  return bust(dark) + line("M143 180Q140 150 154 126M257 180Q260 150 246 126", light, 2) + beads;
};

export const pendant: Motif = ({ main, accent, dark, light }) =>
  [
    bust(dark),
    line("M153 124Q158 192 200 218Q242 192 247 124", SILVER.body, 3),
    circle(200, 221, 6, SILVER.shine),
    shape(
      "M200 226Q212 226 212 240V258Q214 248 224 250Q232 252 231 262L228 300Q222 326 200 330Q178 326 172 300L169 262Q168 252 176 250Q186 248 188 258V240Q188 226 200 226Z",
      SILVER.body,
    ),
    ellipse(200, 288, 17, 11, "#fff") + circle(200, 288, 9, main) + circle(200, 288, 4, dark),
    shape(star(200, 312, 6, 3), accent) + line("M196 240h8", light, 2),
  ].join("");

export const cuff: Motif = ({ main, accent, dark, light }) =>
  [
    cloth(dark) + line("M116 326H284", light, 2),
    shape(
      "M104 210Q104 168 200 166Q296 168 296 210V262Q292 226 200 224Q108 226 104 262Z",
      SILVER.edge,
    ),
    shape(
      "M104 208Q112 240 200 242Q288 240 296 208V266Q288 306 236 312V286Q200 290 164 286V312Q112 306 104 266Z",
      SILVER.body,
    ),
    times(5, (i) => shape(`M${124 + i * 34} 270l15 -24l15 24z`, i % 2 ? accent : main)),
    line("M106 228Q120 250 200 254Q280 250 294 228", SILVER.edge, 3),
    faded(0.8, line("M112 244Q112 280 150 298", SILVER.shine, 5)),
  ].join("");
