import { circle, diamond, ellipse, faded, line, rect, scaled, shape, star, times } from "./shapes";
import type { Motif } from "./shapes";

export const jarOf =
  (spice: string): Motif =>
  ({ accent, light, dark }, pick) => {
    const level = 206 + pick(16);
    const grain = () =>
      circle(144 + pick(112), level + 12 + pick(312 - level), 2 + pick(3), pick(2) ? light : dark);
    return [
      rect(126, 166, 148, 172, "#fff", 26),
      shape(
        `M134 ${level}Q166 ${level - 22} 200 ${level - 4}Q236 ${level - 26} 266 ${level}V314Q266 332 248 332H152Q134 332 134 314Z`,
        spice,
      ),
      faded(0.35, times(20, grain)),
      faded(0.7, rect(140, 180, 10, 140, "#fff", 5)),
      shape("M158 240H242V300H158Z", "#fdf6e6") +
        line("M164 246H236V294H164Z", dark, 2) +
        shape(star(200, 270, 18, 8), accent),
      rect(122, 138, 156, 34, dark, 8) + rect(122, 150, 156, 6, light) + circle(200, 132, 11, dark),
    ].join("");
  };

export const heapOf =
  (spice: string): Motif =>
  ({ main, accent, light, dark }, pick) =>
    [
      shape("M118 250Q158 146 200 140Q242 146 282 250Z", spice),
      faded(0.22, shape("M200 140Q242 146 282 250H214Q226 190 200 140Z", "#000")),
      faded(
        0.5,
        times(18, () =>
          circle(150 + pick(100), 196 + pick(50), 2 + pick(2), pick(2) ? light : dark),
        ),
      ),
      shape("M96 246H304Q296 338 232 338H168Q104 338 96 246Z", main),
      line("M104 268H296", light, 5),
      times(7, (i) => shape(diamond(128 + i * 24, 292, 9, 12), i % 2 ? light : accent)),
      line("M250 214L296 150", dark, 9) + ellipse(246, 220, 20, 13, dark),
    ].join("");

export const limes: Motif = ({ main, accent, light }, pick) => {
  const lime = (x: number, y: number) =>
    circle(x, y, 31, "#4b3a2a") +
    faded(0.35, circle(x - 10 + pick(5), y - 9, 13, "#b79873")) +
    line(`M${x - 5} ${y - 26}q5 5 10 0`, "#241a12");
  return scaled(
    0.9,
    [
      lime(200, 176) +
        lime(164, 222) +
        lime(236, 222) +
        lime(128, 258) +
        lime(272, 258) +
        lime(200, 258),
      shape("M88 262H312Q304 338 244 338H156Q96 338 88 262Z", main),
      line("M96 284H304", light, 5) +
        times(8, (i) => circle(118 + i * 23.5, 308, 7, i % 2 ? accent : light)),
    ].join(""),
  );
};

export const glassOf =
  (tea: string): Motif =>
  ({ accent, light, dark }, pick) => {
    const sway = 8 + pick(8);
    const glass =
      "M142 164H258Q254 214 236 238Q254 270 244 322H156Q146 270 164 238Q146 214 142 164Z";
    return [
      faded(
        0.6,
        line(`M184 150q${-sway} -18 0 -34t0 -34M216 150q${-sway} -18 0 -34t0 -34`, light, 6),
      ),
      shape(glass, "#fff") + faded(0.3, line(glass, dark, 3)),
      shape(
        "M151 184H249Q244 216 228 238Q246 270 237 314H163Q154 270 172 238Q156 216 151 184Z",
        tea,
      ),
      faded(0.45, line("M166 196Q172 222 184 238Q168 268 174 304", "#fff", 7)),
      line("M143 166H257", "#d9b45a", 6) + line("M168 238H232", "#d9b45a", 3),
      times(6, (i) => shape(star(166 + i * 13.6, 290, 6, 3), "#f3d68c")),
      ellipse(200, 326, 96, 13, dark) +
        ellipse(200, 321, 96, 12, accent) +
        ellipse(200, 320, 62, 6, light),
    ].join("");
  };

export const teaTin: Motif = ({ main, accent, light, dark }, pick) =>
  [
    rect(130, 176, 140, 162, main, 10),
    rect(130, 196, 140, 10, light) + rect(130, 316, 140, 10, light),
    shape("M158 304V252Q158 226 200 212Q242 226 242 252V304Z", light),
    shape(star(200, 264, 30, 15, 6 + 2 * pick(3)), accent) + circle(200, 264, 10, dark),
    faded(0.25, rect(142, 182, 14, 150, "#fff", 7)),
    rect(124, 150, 152, 32, dark, 8) + faded(0.3, rect(132, 155, 136, 6, "#fff", 3)),
    shape("M176 150Q178 132 200 132Q222 132 224 150Z", dark),
  ].join("");
