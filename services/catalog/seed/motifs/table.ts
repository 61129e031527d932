import {
  circle,
  diamond,
  ellipse,
  faded,
  line,
  moved,
  rect,
  ring,
  scaled,
  shape,
  star,
  times,
} from "./shapes";
import type { Motif } from "./shapes";

const CLAY = "#fdfaf2";
const BRASS = { body: "#cf9b3e", shine: "#f3d68c", edge: "#8a5f1d" };
const COPPER = { body: "#c77746", shine: "#f0b48c", edge: "#7d3f1e" };

export const bowl: Motif = ({ main, accent, light, dark }, pick) => {
  const petals = 6 + pick(3);
  return [
    ellipse(200, 212, 112, 26, dark) +
      ellipse(200, 211, 104, 21, CLAY) +
      ellipse(200, 216, 74, 12, light),
    shape("M88 212Q96 306 166 322H234Q304 306 312 212Q300 240 200 240Q100 240 88 212Z", CLAY),
    faded(0.3, line("M88 212Q96 306 166 322H234Q304 306 312 212", dark, 3)),
    line("M94 238Q112 262 200 262Q288 262 306 238", main, 7),
    times(petals, (i) => {
      const x = 124 + (i * 152) / (petals - 1);
      return shape(diamond(x, 283 - Math.abs(x - 200) * 0.09, 10, 14), i % 2 ? accent : main);
    }),
    line("M128 304Q200 318 272 304", main, 4) + shape("M160 320H240L234 338H166Z", dark),
  ].join("");
};

export const plate: Motif = ({ main, accent, light, dark }, pick) => {
  const petals = 8 + 2 * pick(2);
  const petal = (i: number) =>
    moved(
      200,
      226,
      shape("M0-16Q15-44 0-70Q-15-44 0-16Z", i % 2 ? light : main),
      (i * 360) / petals,
    );
  return [
    circle(200, 226, 110, dark) + circle(200, 226, 106, CLAY),
    ring(200, 226, 93, main, 14, 2 * petals) + ring(200, 226, 93, accent, 6, 2 * petals),
    ring(200, 226, 79, main, 5) + times(petals, petal),
    circle(200, 226, 19, accent) + shape(star(200, 226, 13, 6), CLAY),
  ].join("");
};

export const tagine: Motif = ({ main, accent, light, dark }) =>
  [
    shape("M112 286Q172 250 186 150H214Q228 250 288 286Z", main),
    faded(0.22, shape("M214 150Q228 250 288 286H230Q212 220 206 150Z", dark)),
    circle(200, 140, 18, main) + circle(194, 134, 6, light),
    line("M158 246Q200 256 242 246M174 210Q200 216 226 210", light, 5),
    times(6, (i) => shape(diamond(144 + i * 22.4, 270, 7, 8), accent)),
    rect(92, 284, 216, 16, dark, 8),
    shape("M100 300H300Q292 338 250 338H150Q108 338 100 300Z", main) +
      line("M124 318H276", light, 5),
  ].join("");

export const jug: Motif = ({ main, accent, light, dark }, pick) => {
  const rows = 2 + pick(2);
  return [
    line("M240 170Q306 172 292 232Q282 268 246 272", main, 14),
    shape(
      "M164 124L236 116L244 134Q228 152 228 182Q272 214 268 270Q264 320 240 338H160Q136 320 132 270Q128 214 172 182Q172 152 164 124Z",
      main,
    ),
    ellipse(202, 127, 38, 8, dark),
    line("M172 182Q200 190 228 182", light, 5) +
      line("M138 250Q200 266 262 250M146 306Q200 318 254 306", light, 5),
    times(rows * 3, (i) => shape(diamond(154 + (i * 92) / (rows * 3 - 1), 283, 6, 12), accent)),
    faded(0.3, line("M154 216Q144 240 148 272", "#fff", 9)),
  ].join("");
};

export const dishes: Motif = ({ main, accent, light, dark }) => {
  const dish = (x: number, y: number, colour: string, filling: string) =>
    [
      ellipse(x, y, 56, 16, dark) + ellipse(x, y, 51, 12, CLAY) + ellipse(x, y + 2, 38, 8, filling),
      shape(
        `M${x - 56} ${y}Q${x - 48} ${y + 46} ${x - 20} ${y + 50}H${x + 20}Q${x + 48} ${y + 46} ${x + 56} ${y}Q${x} ${y + 30} ${x - 56} ${y}Z`,
        colour,
      ),
      line(`M${x - 49} ${y + 17}Q${x} ${y + 38} ${x + 49} ${y + 17}`, CLAY, 5),
      times(3, (i) => circle(x - 20 + i * 20, y + 40, 4, CLAY)),
    ].join("");
  const lower = dish(138, 288, main, "#7d8c3c") + dish(262, 288, accent, "#d9b26a");
  return lower + dish(200, 237, light, "#a34a35") + dish(200, 186, dark, "#e8d9b0");
};

export const teapot: Motif = ({ main }, pick) => {
  const { body, shine, edge } = BRASS;
  const rows = 5 + pick(3);
  return [
    line("M152 228Q84 218 92 268Q100 304 152 292", edge, 12),
    shape(
      "M240 246Q284 250 290 208Q294 186 316 176L325 188Q312 198 311 222Q306 302 240 306Z",
      body,
    ),
    shape("M144 214Q128 306 178 318H222Q272 306 256 214Z", body),
    shape("M152 214Q158 172 200 164Q242 172 248 214Z", shine),
    line("M148 214H252", edge, 7),
    circle(200, 152, 12, main) + line("M200 164V158", edge, 6),
    times(rows, (i) => shape(diamond(164 + (i * 72) / (rows - 1), 250, 7, 13), edge)),
    line("M152 276Q200 290 248 276", edge, 4) + shape("M174 316H226L240 338H160Z", edge),
    faded(0.6, line("M160 230Q156 270 170 296", shine, 6)),
  ].join("");
};

export const tray: Motif = ({ main }, pick) => {
  const { body, shine, edge } = COPPER;
  const tips = 12 + 4 * pick(2);
  return [
    circle(200, 226, 112, edge) + circle(200, 226, 104, body),
    ring(200, 226, 88, shine, 10, 36),
    shape(star(200, 226, 74, 50, tips), edge) + shape(star(200, 226, 64, 42, tips), shine),
    circle(200, 226, 40, body) + shape(star(200, 226, 34, 17), edge) + circle(200, 226, 11, main),
    faded(0.35, shape("M122 168Q158 122 214 126Q160 146 122 168Z", "#fff")),
  ].join("");
};

export const dallah: Motif = ({ main, accent }, pick) => {
  const { body, shine, edge } = pick(2) === 0 ? BRASS : COPPER;
  return scaled(
    0.9,
    [
      line("M232 184Q302 176 288 262Q282 296 250 300", edge, 11),
      shape("M170 190Q132 184 104 146L92 160Q112 208 166 218Z", body),
      shape(
        "M170 166H230Q220 202 232 222Q264 262 254 338H146Q136 262 168 222Q180 202 170 166Z",
        body,
      ),
      shape("M164 168Q172 124 200 112Q228 124 236 168Z", shine) + line("M162 168H238", edge, 7),
      line("M200 112V94", edge, 5) + circle(200, 90, 8, main),
      line("M168 222H232M150 300H250", edge, 5),
      times(4, (i) => shape(star(164 + i * 24, 268, 10, 5), i % 2 ? accent : edge)),
      faded(0.55, line("M166 240Q154 270 156 318", shine, 7)),
    ].join(""),
  );
};

export const cezve: Motif = ({ dark, light }, pick) => {
  const { body, shine, edge } = COPPER;
  const sway = 8 + pick(8);
  return [
    faded(
      0.5,
      line(`M164 176q${-sway} -16 0 -30t0 -30M196 176q${-sway} -16 0 -30t0 -30`, light, 6),
    ),
    line("M224 220L322 168", BRASS.body, 12) + circle(324, 167, 9, BRASS.edge),
    shape("M124 208H236Q218 230 232 256Q262 300 240 338H120Q98 300 128 256Q142 230 124 208Z", body),
    ellipse(180, 208, 56, 12, edge) + ellipse(180, 209, 47, 8, dark),
    times(14, (i) => circle(132 + (i % 7) * 16 + (i > 6 ? 8 : 0), i > 6 ? 300 : 280, 4, shine)),
    line("M130 254Q180 264 230 254", edge, 5),
    faded(0.55, line("M128 276Q118 304 130 326", shine, 7)),
  ].join("");
};

export const mortar: Motif = ({ accent }, pick) => {
  const { body, shine, edge } = BRASS;
  const bumps = 5 + pick(2);
  return [
    line("M214 236L274 128", edge, 16) + circle(279, 119, 17, edge) + circle(275, 114, 6, shine),
    ellipse(200, 222, 94, 18, edge) + ellipse(200, 223, 80, 12, accent),
    shape("M106 222Q112 290 152 316H248Q288 290 294 222Q280 240 200 240Q120 240 106 222Z", body),
    line("M116 252Q200 272 284 252", edge, 6),
    times(
      bumps,
      (i) =>
        circle(144 + (i * 112) / (bumps - 1), 286, 10, edge) +
        circle(141 + (i * 112) / (bumps - 1), 283, 4, shine),
    ),
    rect(136, 316, 128, 22, edge, 6) + faded(0.4, rect(144, 319, 112, 5, shine, 3)),
  ].join("");
};
