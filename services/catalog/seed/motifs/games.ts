import { scaled, circle, ellipse, faded, line, moved, rect, shape, star, times } from "./shapes";
import type { Motif } from "./shapes";

export const backgammon: Motif = ({ main, accent, light, dark }) => {
  const points = (y: number, tip: number) =>
    times(10, (i) =>
      shape(`M${100 + i * 20 + (i > 4 ? 4 : -4)} ${y}l9 ${tip}l9 ${-tip}z`, i % 2 ? light : accent),
    );
  return scaled(
    0.84,
    [
      rect(80, 130, 240, 196, dark, 8) +
        rect(92, 142, 103, 172, main) +
        rect(205, 142, 103, 172, main),
      points(142, 72) + points(314, -72),
      times(4, (i) => circle(105, 152 + i * 17, 8, "#f6ecd6")) +
        times(3, (i) => circle(294, 304 - i * 17, 8, "#2a211b")),
      moved(
        244,
        228,
        rect(-10, -10, 20, 20, "#fff", 4) + circle(-4, -4, 2.5, dark) + circle(4, 4, 2.5, dark),
        18,
      ),
      moved(272, 226, rect(-10, -10, 20, 20, "#fff", 4) + circle(0, 0, 2.5, dark), -12),
      shape(star(200, 228, 4, 2), light),
    ].join(""),
  );
};

export const chess: Motif = ({ main, accent, light, dark }) => {
  const piece = (x: number, y: number, scale: number, colour: string) =>
    `<g transform="translate(${x} ${y}) scale(${scale})">${shape("M-26 0H26L20 -14Q8 -40 12 -66H-12Q-8 -40 -20 -14Z", colour)}${ellipse(0, -70, 19, 7, colour)}${circle(0, -88, 15, colour)}${faded(0.3, line("M-12 -18Q-4 -40 -6 -62", "#fff", 4))}</g>`;
  const board = times(16, (i) => {
    const x = 88 + (i % 8) * 28;
    return rect(x, i < 8 ? 300 : 319, 28, 19, (i + (i < 8 ? 0 : 1)) % 2 ? light : main);
  });
  return [
    board + rect(80, 334, 240, 8, dark, 3),
    piece(140, 306, 1, "#e2c28e") + piece(262, 306, 1, dark) + piece(200, 312, 1.5, accent),
    shape(star(200, 152, 14, 6), accent),
  ].join("");
};

export const mancala: Motif = ({ main, accent, light }, pick) => {
  const wood = "#b98a4f";
  const seeds = [main, accent, light];
  const pit = (x: number, y: number) =>
    ellipse(x, y, 15, 12, "#7d5526") +
    times(1 + pick(4), (i) =>
      circle(x - 6 + (i % 2) * 11, y - 3 + (i > 1 ? 7 : 0), 4.5, seeds[pick(3)] ?? main),
    );
  return scaled(
    0.86,
    [
      rect(66, 190, 268, 128, "#8a5f2d", 44) + rect(66, 182, 268, 128, wood, 44),
      ellipse(98, 246, 18, 42, "#7d5526") + ellipse(302, 246, 18, 42, "#7d5526"),
      times(6, (i) => pit(136 + i * 25.6, 222) + pit(136 + i * 25.6, 270)),
      times(5, (i) => circle(94 + (i % 2) * 9, 222 + i * 12, 5, seeds[i % 3] ?? main)),
      faded(0.3, line("M104 190H296", "#fff", 4)),
    ].join(""),
  );
};

export const book: Motif = ({ main, accent, light, dark }, pick) =>
  moved(
    200,
    226,
    [
      rect(-62, -100, 140, 208, "#f6efdf", 4) +
        faded(0.3, line("M70 -96V104M74 -96V104", dark, 1.5)),
      rect(-76, -108, 146, 216, main, 6) + rect(-76, -108, 20, 216, dark, 6),
      line("M-42 -94H56V94H-42Z", light, 3),
      shape("M-24 74V-10Q-24 -46 7 -66Q38 -46 38 -10V74Z", light),
      shape(star(7, 12, 28, 14, 8 + 2 * pick(3)), accent) +
        circle(7, 12, 8, dark) +
        line("M-14 58H28", dark, 4),
    ].join(""),
    4,
  );
