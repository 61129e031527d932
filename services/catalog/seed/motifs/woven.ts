import {
  circle,
  diamond,
  faded,
  FLOOR,
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

export const rug: Motif = ({ main, accent, light, dark }, pick) => {
  const rows = 3 + pick(2);
  const step = 150 / rows;
  const fringe = (y: number) =>
    line(
      times(15, (i) => `M${139 + i * 8.7} ${y}v12`),
      light,
      3,
    );
  const medallions = times(rows, (i) => {
    const y = 147 + step * (i + 0.5);
    return [
      shape(diamond(200, y, 40, step / 2 - 1), accent),
      shape(diamond(200, y, 25, step / 3.4), light),
      shape(pick(2) === 0 ? star(200, y, 11, 5) : diamond(200, y, 11, step / 8), dark),
    ].join("");
  });
  const side = times(7, (i) =>
    shape(diamond(144, 138 + i * 28, 6, 10) + diamond(256, 138 + i * 28, 6, 10), light),
  );
  return [
    fringe(112) + fringe(322),
    rect(132, 122, 136, 202, dark),
    side,
    rect(156, 134, 88, 178, main),
    line("M156 134H244V312H156Z", light, 3),
    medallions,
  ].join("");
};

export const ragRug: Motif = ({ main, accent, light, dark }, pick) => {
  const colours = [main, accent, light, "#f4e3c1", "#e9c46a", "#e76f51", "#2a9d8f"];
  const strips = times(19, (i) => {
    const left = 20 + pick(90);
    const first = colours[pick(7)] ?? main;
    const second = colours[pick(7)] ?? accent;
    return (
      rect(132, 116 + i * 11, left, 10, first, 4) +
      rect(132 + left, 116 + i * 11, 136 - left, 10, second, 4)
    );
  });
  return rect(130, 114, 140, 212, dark, 4) + strips;
};

export const nicheMat: Motif = ({ main, accent, light, dark }) =>
  [
    line(
      times(15, (i) => `M${139 + i * 8.7} 106v12M${139 + i * 8.7} 322v12`),
      light,
      3,
    ),
    rect(132, 116, 136, 210, dark) +
      rect(142, 126, 116, 190, light) +
      rect(148, 132, 104, 178, main),
    shape("M160 310V214Q160 176 200 152Q240 176 240 214V310Z", light),
    shape("M166 310V216Q166 182 200 160Q234 182 234 216V310Z", dark),
    line("M200 162V200", accent, 2),
    shape("M190 200H210L216 218Q216 234 200 238Q184 234 184 218Z", accent),
    shape(star(168, 152, 10, 5) + star(232, 152, 10, 5), accent),
  ].join("");

export const towels: Motif = ({ main, accent, light, dark }) => {
  const folded = (y: number, colour: string, stripe: string) =>
    rect(112, y, 176, 46, colour, 14) +
    rect(132, y, 10, 46, stripe) +
    rect(148, y, 5, 46, stripe) +
    rect(252, y, 10, 46, stripe) +
    faded(0.25, line(`M124 ${y + 23}H276`, dark, 3));
  const fringe = line(
    times(9, (i) => `M${206 + i * 8} 200v34`),
    light,
    4,
  );
  return [
    folded(292, main, light),
    folded(246, light, accent),
    folded(200, accent, light),
    rect(200, 168, 76, 34, main, 10) + rect(200, 184, 76, 18, main) + rect(200, 190, 76, 6, light),
    fringe,
  ].join("");
};

export const cushion: Motif = ({ main, accent, light, dark }) =>
  scaled(
    0.9,
    [
      times(4, (i) =>
        moved(200, 234, line("M88 90L104 106", light, 12) + circle(90, 92, 10, dark), i * 90),
      ),
      shape("M104 138Q200 158 296 138Q278 234 296 330Q200 312 104 330Q122 234 104 138Z", main),
      line("M122 158Q200 172 278 158Q264 234 278 312Q200 298 122 312Q136 234 122 158Z", light, 3),
      shape(star(200, 234, 54, 30, 12), light) +
        circle(200, 234, 32, accent) +
        shape(star(200, 234, 20, 9), dark),
      times(4, (i) =>
        moved(200, 234, circle(52, 52, 14, accent) + circle(52, 52, 6, light), i * 90),
      ),
    ].join(""),
  );

export const runner: Motif = ({ main, accent, light, dark }, pick) => {
  const hanging = (y: number, size: number) =>
    shape(diamond(200, y, size * 1.5, size * 1.25), accent) +
    shape(diamond(200, y, size, size * 0.85), light) +
    shape(diamond(200, y, size * 0.5, size * 0.4), dark);
  const reach = 34 + pick(6);
  return [
    rect(82, 186, 236, 18, dark, 4) + rect(100, 204, 14, 134, dark) + rect(286, 204, 14, 134, dark),
    shape("M142 178H258V306L200 322L142 306Z", main),
    line("M152 182V302M248 182V302", light, 4),
    hanging(222, reach * 0.8) + hanging(278, reach * 0.62),
    rect(142, 176, 116, 12, light, 3),
    line("M200 322v14M171 314v14M229 314v14", accent, 5),
  ].join("");
};

export const basket: Motif = ({ main, accent, dark }, pick) => {
  const straw = "#d8b47a";
  const band = 1 + pick(2);
  const weave = times(6, (row) =>
    line(
      times(
        10,
        (i) =>
          `M${118 + row * 3 + i * (16.6 - row * 0.6)} ${218 + row * 20 + (i % 2) * 5}q8 -9 15 0`,
      ),
      row === band || row === band + 2 ? main : "#a87d45",
      5,
    ),
  );
  return [
    line("M146 206Q150 116 200 116Q250 116 254 206", accent, 9),
    shape(`M106 206H294L270 322Q268 ${FLOOR} 250 ${FLOOR}H150Q132 ${FLOOR} 130 322Z`, straw),
    weave,
    rect(100, 196, 200, 18, dark, 9) + faded(0.35, rect(106, 199, 188, 5, "#fff", 3)),
  ].join("");
};

export const lidBasket: Motif = ({ main, accent, light, dark }, pick) => {
  const straw = "#d8b47a";
  const tips = 7 + pick(3);
  return [
    shape("M112 246H288Q284 338 236 338H164Q116 338 112 246Z", straw),
    line("M122 274H278M132 300H268M150 322H250", "#a87d45", 3),
    times(tips, (i) =>
      shape(diamond(128 + (i * 144) / (tips - 1), 287, 9, 11), i % 2 ? main : accent),
    ),
    shape("M100 246Q128 156 200 150Q272 156 300 246Z", straw),
    line("M120 212Q200 196 280 212M142 182Q200 170 258 182", main, 7),
    shape(star(200, 222, 18, 9) + star(150, 228, 11, 5) + star(250, 228, 11, 5), accent),
    rect(94, 238, 212, 14, dark, 7) + circle(200, 146, 13, dark) + circle(196, 142, 4, light),
  ].join("");
};

export const trayBasket: Motif = ({ main, accent, light, dark }, pick) => {
  const tips = 8 + 2 * pick(2);
  return [
    circle(200, 226, 108, dark) + circle(200, 226, 102, "#d8b47a"),
    shape(star(200, 226, 98, 58, tips), main),
    circle(200, 226, 56, "#e6cb9b") +
      shape(star(200, 226, 52, 28, tips), accent) +
      circle(200, 226, 20, light),
    faded(
      0.3,
      times(6, (i) => ring(200, 226, 18 + i * 15, dark, 2)),
    ),
  ].join("");
};
