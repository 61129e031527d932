import { circle, diamond, ellipse, faded, line, rect, shape, star, times } from "./shapes";
import type { Motif } from "./shapes";

const BRASS = "#c4933a";
const GLOW = "#ffe6a3";

/** Light of a lamp, fading into the night. */
const glow = (y: number): string =>
  `<radialGradient id="g"><stop stop-color="${GLOW}" stop-opacity=".85"/><stop offset="1" stop-color="${GLOW}" stop-opacity="0"/></radialGradient>${circle(200, y, 122, "url(#g)")}`;

export const hangingLamp: Motif = ({ main, accent, light, dark }, pick) => {
  const glass = [main, accent, light, GLOW];
  const turn = pick(4);
  const row = (count: number, y: number, radius: number, size: number) =>
    times(count, (i) => {
      const x = 200 + radius * ((2 * i) / (count - 1) - 1);
      return shape(diamond(x, y, size, size * 1.3), glass[(i + turn) % 4] ?? main);
    });
  return [
    glow(205),
    line("M200 62V122", dark, 3),
    shape("M170 140Q172 118 200 112Q228 118 230 140Z", BRASS),
    circle(200, 205, 72, dark),
    row(4, 160, 36, 10),
    row(6, 190, 58, 11),
    row(6, 221, 58, 11),
    row(4, 251, 36, 10),
    shape("M176 270H224L214 284H186Z", BRASS),
    line("M200 286V306", BRASS, 4),
    shape(diamond(200, 314, 7, 11), BRASS),
  ].join("");
};

export const floorLantern: Motif = ({ main, accent, light, dark }, pick) => {
  const pane = pick(2) === 0 ? main : accent;
  const panes = times(3, (i) => {
    const x = 149 + i * 36;
    const window = `M${x} 308V206Q${x + 15} 172 ${x + 30} 206V308Z`;
    return shape(window, i === 1 ? GLOW : light) + faded(0.5, shape(window, pane));
  });
  return [
    glow(236),
    line("M200 106a14 14 0 1 1 .1 0", BRASS, 5),
    shape("M150 168Q196 152 200 106Q204 152 250 168Z", BRASS),
    line("M176 160Q194 148 199 122", "#f0d28a", 3),
    rect(136, 164, 128, 14, BRASS, 4),
    rect(140, 178, 120, 144, dark),
    panes,
    ellipse(200, 268, 8, 20, "#fff6d8"),
    rect(130, 316, 140, 12, BRASS, 4),
    rect(142, 326, 14, 12, BRASS) + rect(244, 326, 14, 12, BRASS),
  ].join("");
};

export const tableLamp: Motif = ({ main, accent, light }) =>
  [
    glow(190),
    shape("M148 226L168 130H232L252 226Z", light),
    line("M152 214H248M164 142H236", main, 5),
    times(4, (i) => shape(star(170 + i * 20, 180, 8, 4), accent)),
    rect(194, 226, 12, 26, BRASS),
    shape("M178 252H222Q240 290 206 312V328H194V312Q160 290 178 252Z", main),
    rect(158, 324, 84, 14, BRASS, 6),
  ].join("");

export const paperLanterns: Motif = ({ main, accent, light, dark }) => {
  const lantern = (x: number, y: number, r: number, colour: string) =>
    [
      line(`M${x} ${y - r - 40}V${y - r}`, dark, 2),
      ellipse(x, y, r, r * 1.15, colour),
      faded(
        0.35,
        times(3, (i) => line(`M${x - r * 0.9} ${y + (i - 1) * r * 0.5}H${x + r * 0.9}`, dark, 2)),
      ),
      faded(0.45, ellipse(x, y, r * 0.45, r * 1.15, "#fff")),
      rect(x - 12, y - r * 1.15 - 4, 24, 9, dark, 3) +
        rect(x - 12, y + r * 1.15 - 5, 24, 9, dark, 3),
      line(`M${x} ${y + r * 1.15 + 4}v22`, accent, 5),
    ].join("");
  return (
    line("M84 128Q200 196 316 128", dark, 3) +
    lantern(200, 252, 42, main) +
    lantern(128, 232, 32, light) +
    lantern(272, 232, 32, accent)
  );
};
