/** What the standard fonts of PDF have beyond Latin-1 (Windows-1252). */
const BEYOND_LATIN_1 = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ";

/**
 * A text in the letters that the standard fonts have. An accent that they lack is dropped ("ő" → "o"),
 * any other letter becomes a question mark, so that a reader sees that something stood there.
 */
export const printable = (text: string): string =>
  [...text.normalize("NFC").replace(/\p{Cc}+/gu, " ")].map(printableLetter).join("");

/** Letters of the shop's customers with a stroke, which Unicode does not take apart. */
const STROKES: Readonly<Record<string, string>> = {
  ...{ Ł: "L", ł: "l", Đ: "D", đ: "d", Ħ: "H", ħ: "h", ı: "i" },
};

function printableLetter(letter: string): string {
  if (isPrintable(letter)) return letter;
  const base = STROKES[letter] ?? letter.normalize("NFKD").replace(/\p{M}/gu, "");
  return base !== "" && [...base].every(isPrintable) ? base : "?";
}

/** Whether nothing of a text is lost. */
export const isAllPrintable = (text: string): boolean => [...text].every(isPrintable);

const isPrintable = (letter: string): boolean =>
  /^[\x20-\x7e\xa0-\xff]$/.test(letter) || BEYOND_LATIN_1.includes(letter);
