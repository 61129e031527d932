/** Colours of one picture, from the wall behind to the darkest line. */
export interface Palette {
  wall: string;
  niche: string;
  main: string;
  accent: string;
  light: string;
  dark: string;
}

/** A number below `below`, always the same for the same product and place in the drawing. */
export type Pick = (below: number) => number;

/** Draws one thing, 400 wide, standing at y = FLOOR around x = 200. */
export type Motif = (colours: Palette, pick: Pick) => string;

export const FLOOR = 338;

const short = (value: number): number => Math.round(value * 10) / 10;

export const circle = (x: number, y: number, r: number, fill: string): string =>
  `<circle cx="${short(x)}" cy="${short(y)}" r="${short(r)}" fill="${fill}"/>`;

export const ellipse = (x: number, y: number, rx: number, ry: number, fill: string): string =>
  `<ellipse cx="${short(x)}" cy="${short(y)}" rx="${short(rx)}" ry="${short(ry)}" fill="${fill}"/>`;

export const rect = (
  ...[x, y, width, height, fill, round = 0]: [number, number, number, number, string, number?]
): string =>
  `<rect x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}" fill="${fill}"${round === 0 ? "" : ` rx="${round}"`}/>`;

export const shape = (d: string, fill: string): string => `<path d="${d}" fill="${fill}"/>`;

export const line = (d: string, colour: string, width = 4): string =>
  `<path d="${d}" fill="none" stroke="${colour}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round"/>`;

export const faded = (opacity: number, content: string): string =>
  `<g opacity="${opacity}">${content}</g>`;

export const moved = (x: number, y: number, content: string, turn = 0): string =>
  `<g transform="translate(${short(x)} ${short(y)})${turn === 0 ? "" : ` rotate(${turn})`}">${content}</g>`;

/** Larger or smaller, still standing on the floor. */
export const scaled = (factor: number, content: string): string =>
  `<g transform="translate(${short(200 * (1 - factor))} ${short(FLOOR * (1 - factor))}) scale(${factor})">${content}</g>`;

/** A circle's line; with `dots`, that many dots along it. */
export const ring = (
  ...[x, y, r, colour, width, dots]: [number, number, number, string, number, number?]
): string => {
  const dashes =
    dots === undefined
      ? ""
      : ` stroke-linecap="round" stroke-dasharray="0 ${((2 * Math.PI * r) / dots).toFixed(3)}"`;
  return `<circle cx="${short(x)}" cy="${short(y)}" r="${short(r)}" fill="none" stroke="${colour}" stroke-width="${width}"${dashes}/>`;
};

/** The same thing at each of `count` places. */
export const times = (count: number, draw: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => draw(index)).join("");

/** `M x y …`, closed, from pairs of numbers. */
export const polygon = (points: readonly (readonly [number, number])[]): string =>
  `M${points.map(([x, y]) => `${short(x)} ${short(y)}`).join("L")}Z`;

/** A star with `tips` points around (x, y). */
export const star = (x: number, y: number, outer: number, inner: number, tips = 8): string =>
  polygon(
    Array.from({ length: tips * 2 }, (_, i) => {
      const radius = i % 2 === 0 ? outer : inner;
      const angle = (Math.PI * i) / tips;
      return [x + radius * Math.sin(angle), y - radius * Math.cos(angle)] as const;
    }),
  );

export const diamond = (x: number, y: number, width: number, height: number): string =>
  polygon([
    [x, y - height],
    [x + width, y],
    [x, y + height],
    [x - width, y],
  ]);
