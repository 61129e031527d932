import { circle, diamond, ellipse, faded, line, moved, rect, shape, star, times } from "./shapes";
import type { Motif } from "./shapes";

export const soapBars: Motif = ({ main, accent, light, dark }, pick) => {
  const bar = (x: number, y: number, colour: string) =>
    rect(x, y, 104, 58, colour, 12) +
    faded(0.35, rect(x + 8, y + 6, 88, 8, "#fff", 4)) +
    faded(
      0.35,
      `<rect x="${x + 22}" y="${y + 20}" width="60" height="28" rx="8" fill="none" stroke="${dark}" stroke-width="3"/>`,
    ) +
    shape(star(x + 52, y + 34, 10, 5, 6 + pick(3)), dark);
  return [
    bar(92, 280, main) + bar(204, 280, light) + bar(148, 220, accent),
    line("M150 212Q200 176 250 212", "#5f7a3a", 5),
    times(5, (i) =>
      moved(
        160 + i * 20,
        200 - 8 * Math.sin((Math.PI * i) / 4),
        ellipse(0, -12, 7, 15, "#7f9c4b"),
        -40 + i * 20,
      ),
    ),
  ].join("");
};

export const bottle: Motif = ({ main, accent, light, dark }, pick) => {
  const shoulder = 190 + pick(14);
  return [
    shape(
      `M182 150H218V176Q256 ${shoulder} 256 226V318Q256 338 236 338H164Q144 338 144 318V226Q144 ${shoulder} 182 176Z`,
      main,
    ),
    faded(0.35, shape("M154 232Q156 214 170 208V328H164Q154 328 154 318Z", "#fff")),
    rect(162, 238, 76, 72, "#fdf6e6", 6) + line("M168 244H232V304H168Z", dark, 2),
    shape("M200 252Q218 268 212 284Q206 296 200 296Q194 296 188 284Q182 268 200 252Z", accent) +
      circle(205, 282, 4, light),
    rect(176, 118, 48, 36, dark, 7) + faded(0.3, rect(182, 122, 7, 28, "#fff", 3)),
  ].join("");
};

export const soapPot: Motif = ({ main, accent, light, dark }) =>
  [
    shape("M114 244H286Q290 338 250 338H150Q110 338 114 244Z", main),
    shape("M120 236Q136 190 184 206Q200 178 226 200Q272 190 280 236Z", "#3d3a2c") +
      faded(0.3, line("M150 218Q168 204 190 216", "#fff", 6)),
    rect(104, 232, 192, 20, dark, 10),
    times(6, (i) => shape(diamond(140 + i * 24, 292, 9, 14), i % 2 ? accent : light)) +
      line("M124 270H276M130 316H270", light, 4),
    line("M262 222L306 152", "#8a5f2d", 10) + ellipse(258, 226, 18, 11, "#8a5f2d"),
  ].join("");
