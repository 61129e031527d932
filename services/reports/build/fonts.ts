import { openSync, type Font, type GlyphRun } from "fontkit";

/**
 * DejaVu has Latin, Greek, Cyrillic, Hebrew, Arabic and the signs of most currencies; its condensed cut
 * is as wide as Helvetica.
 */
function open(cut: string): Font {
  // A file of one font: only collections are none.
  const font = openSync(
    require.resolve(`dejavu-fonts-ttf/ttf/DejaVuSansCondensed${cut}.ttf`),
  ) as Font;
  const layout = font.layout.bind(font);
  return Object.assign(font, {
    layout: (...args: Parameters<typeof layout>) => spaced(args[0], layout(...args)),
  });
}

/** pdfkit hands a word over with the space behind it, which stays there when the word is turned round. */
function spaced(word: string, run: GlyphRun): GlyphRun {
  if (run.direction !== "rtl" || !word.endsWith(" ")) return run;
  run.glyphs.push(...run.glyphs.splice(0, 1));
  run.positions.push(...run.positions.splice(0, 1));
  return run;
}

export const fonts = { regular: open(""), bold: open("-Bold") };

/** Of a script that is set from right to left, and that right-to-left.ts does not know. */
const UNKNOWN_ORDER = /\p{Script=Nko}/u;

/** Whether this letter can be printed, in either font. */
export const hasLetter = (letter: string): boolean =>
  !UNKNOWN_ORDER.test(letter) &&
  Object.values(fonts).every((font) => font.hasGlyphForCodePoint(letter.codePointAt(0) ?? 0));
