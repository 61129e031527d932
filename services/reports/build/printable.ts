import { hasLetter } from "./fonts";

/**
 * A text in the letters that the fonts have. An accent that they lack is dropped, any other letter
 * becomes a question mark, so that a reader sees that something stood there.
 */
export const printable = (text: string): string =>
  [...text.normalize("NFC").replace(/\p{Cc}+/gu, " ")].map(printableLetter).join("");

function printableLetter(letter: string): string {
  if (hasLetter(letter)) return letter;
  const base = letter.normalize("NFKD").replace(/\p{M}/gu, "");
  return base !== "" && isAllPrintable(base) ? base : "?";
}

/** Whether nothing of a text is lost. */
export const isAllPrintable = (text: string): boolean => [...text].every(hasLetter);
