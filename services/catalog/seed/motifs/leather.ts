import { circle, ellipse, faded, line, moved, rect, shape, star } from "./shapes";
import type { Motif } from "./shapes";

const LEATHERS = ["#a8642f", "#7b4426", "#b9793e", "#8c3a2b"];

export const bag: Motif = ({ light, dark, accent }, pick) => {
  const hide = LEATHERS[pick(4)] ?? "#a8642f";
  const buckle = (x: number) =>
    rect(x - 9, 248, 18, 60, dark, 5) +
    `<rect x="${x - 13}" y="276" width="26" height="20" rx="4" fill="none" stroke="#d9b45a" stroke-width="5"/>`;
  return [
    line("M122 210Q128 104 200 104Q272 104 278 210", dark, 9),
    rect(104, 204, 192, 134, hide, 18),
    shape(
      "M104 224Q104 200 124 200H276Q296 200 296 224V258Q248 288 200 288Q152 288 104 258Z",
      hide,
    ),
    faded(0.3, line("M104 258Q152 288 200 288Q248 288 296 258", "#000", 6)),
    line("M114 220V252Q156 278 200 278Q244 278 286 252V220", light, 2),
    buckle(148) + buckle(252) + shape(star(200, 242, 20, 10), accent),
  ].join("");
};

export const pouf: Motif = ({ light, accent, dark }, pick) => {
  const hide = LEATHERS[pick(4)] ?? "#a8642f";
  return [
    shape("M92 256Q88 206 200 202Q312 206 308 256V292Q304 338 200 338Q96 338 92 292Z", hide),
    faded(
      0.35,
      line(
        "M128 222Q112 280 130 330M164 240Q158 290 168 336M236 240Q242 290 232 336M272 222Q288 280 270 330",
        "#000",
        3,
      ),
    ),
    ellipse(200, 232, 104, 30, hide) + faded(0.18, ellipse(200, 232, 104, 30, "#fff")),
    `<g transform="translate(0 163) scale(1 .3)">${shape(star(200, 232, 84, 46, 8), light)}${shape(star(200, 232, 58, 30, 8), accent)}${circle(200, 232, 16, dark)}</g>`,
    line("M100 268Q200 312 300 268", light, 3),
  ].join("");
};

export const slippers: Motif = ({ main, accent, light, dark }) => {
  const slipper =
    shape("M-34 96Q-44 30 -30 -20Q-18 -76 2 -104Q24 -76 34 -20Q46 30 34 96Q0 120 -34 96Z", dark) +
    shape("M-29 92Q-38 30 -26 -16Q-4 -8 28 -16Q40 30 29 92Q0 112 -29 92Z", light) +
    shape("M-34 18Q-36 -8 -30 -20Q-18 -76 2 -104Q24 -76 34 -20Q38 -6 36 18Q0 -10 -34 18Z", main) +
    shape(star(1, -38, 18, 8), accent) +
    line("M-30 8Q0 -18 32 8", accent, 4);
  return moved(148, 230, slipper, -7) + moved(252, 230, slipper, 7);
};

export const journal: Motif = ({ accent, light, dark }, pick) => {
  const hide = LEATHERS[pick(4)] ?? "#a8642f";
  return moved(
    200,
    232,
    [
      rect(-70, -98, 150, 204, "#f3ead6", 6) +
        faded(0.4, line("M72 -94V102M77 -94V102", dark, 1.5)),
      rect(-84, -106, 150, 212, hide, 10) + faded(0.3, rect(-84, -106, 22, 212, "#000", 10)),
      line("M-48 -92H52V92H-48Z", light, 2),
      shape(star(2, 0, 40, 21), dark) + shape(star(2, 0, 31, 16), light) + circle(2, 0, 9, accent),
      line("M-84 -34Q0 -22 82 -34M-84 40Q0 52 82 40", dark, 5) +
        line("M82 -34Q108 0 94 56", dark, 5),
    ].join(""),
    -5,
  );
};

export const purse: Motif = ({ main, accent, light, dark }) =>
  [
    shape("M120 214Q84 330 150 338H250Q316 330 280 214Z", main),
    faded(0.25, line("M150 232Q134 290 148 324M200 232V330M250 232Q266 290 252 324", dark, 4)),
    shape("M112 218Q116 176 200 174Q284 176 288 218Q200 202 112 218Z", "#cf9b3e"),
    circle(190, 168, 13, "#cf9b3e") +
      circle(212, 168, 13, "#e8c069") +
      circle(208, 163, 4, "#fff6d8"),
    shape(star(200, 276, 30, 15), light) + circle(200, 276, 10, accent),
  ].join("");
