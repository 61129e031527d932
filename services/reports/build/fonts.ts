import { openSync, type Font } from "fontkit";

/** DejaVu has Latin, Greek, Cyrillic and the signs of most currencies; its condensed cut is as wide as Helvetica. */
const open = (cut: string): Font =>
  // A file of one font: only collections are none.
  openSync(require.resolve(`dejavu-fonts-ttf/ttf/DejaVuSansCondensed${cut}.ttf`)) as Font;

export const fonts = { regular: open(""), bold: open("-Bold") };

/** What pdfkit would set in the wrong order: it puts every word to the right of the one before. */
const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Nko}]/u;

/** Whether this letter can be printed, in either font. */
export const hasLetter = (letter: string): boolean =>
  !RIGHT_TO_LEFT.test(letter) &&
  Object.values(fonts).every((font) => font.hasGlyphForCodePoint(letter.codePointAt(0) ?? 0));
