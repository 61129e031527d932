/** Scripts that are written from right to left, as far as the fonts have them; numbers are not. */
const RTL = "\\p{Script=Arabic}\\p{Script=Hebrew}";
const rightToLeft = new RegExp(`[${RTL}]`, "u");
const strong = /\p{L}/u;
/** What reads from left to right also within a word of the other direction. */
const LTR = `(?:\\p{Nd}|(?![${RTL}])\\p{L})+`;
const leftToRight = new RegExp(`${LTR}(?:[.,:/]${LTR})*`, "gu");
/** pdfkit takes the direction of a word from its first letter. */
const boundary = new RegExp(`((?![${RTL}])\\p{L})(?=[${RTL}])`, "gu");
const BRACKETS = "()[]{}<>«»";

/**
 * A text as pdfkit has to be given it, which turns the letters of a word round and puts each word to
 * the right of the one before: broken into lines, each with its words in the order in which they are
 * seen. The rules of Unicode (UAX 9) as far as names, addresses and goods need them; a text without
 * such letters stays as it is.
 */
export function inVisualOrder(text: string, fits: (line: string) => boolean): string {
  if (!rightToLeft.test(text)) return text;
  const [first = ""] = strong.exec(text) ?? [];
  const isReversed = rightToLeft.test(first);
  const words = text.replace(boundary, "$1 ").split(/ +/);
  return linesOf(words, fits)
    .map((line) => visualLine(line, isReversed))
    .join("\n");
}

function linesOf(words: readonly string[], fits: (line: string) => boolean): string[][] {
  const lines: string[][] = [];
  for (const word of words) {
    const line = lines.at(-1);
    if (line && fits([...line, word].join(" "))) line.push(word);
    else lines.push([word]);
  }
  return lines;
}

/** Words of one direction stand together; those without any, as numbers, are with the ones before. */
function visualLine(words: readonly string[], isReversed: boolean): string {
  const runs: { readonly reversed: boolean; readonly words: string[] }[] = [];
  for (const word of words) {
    const run = runs.at(-1);
    const reversed = strong.test(word) ? rightToLeft.test(word) : (run?.reversed ?? isReversed);
    if (run?.reversed === reversed) run.words.push(word);
    else runs.push({ reversed, words: [word] });
  }
  const seen = runs.map((run) => (run.reversed ? run.words.toReversed() : run.words));
  return (isReversed ? seen.reverse() : seen).flat().map(turned).join(" ");
}

/** What pdfkit turns round and should not, turned round beforehand. */
const turned = (word: string): string =>
  rightToLeft.test(word)
    ? word
        .replace(leftToRight, (part) => [...part].reverse().join(""))
        .replace(/[()[\]{}<>«»]/g, (sign) => BRACKETS[BRACKETS.indexOf(sign) ^ 1] ?? sign)
    : word;
