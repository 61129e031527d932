/** Letters that Unicode does not take apart into a base letter and an accent. */
const LIGATURES: Readonly<Record<string, string>> = {
  ...{ ß: "ss", æ: "ae", œ: "oe", ø: "o", đ: "d", ð: "d", þ: "th", ł: "l", ı: "i" },
};
const LIGATURE = /[ßæœøđðþłı]/g;
const ACCENT = /[\u0300-\u036f]/g;

/** What an index row can hold of one word, and more than any word has. */
const MAX_LENGTH = 48;

const COMPOUND = /[\p{L}\p{N}\p{M}]+(?:['’‘`´‐‑-][\p{L}\p{N}\p{M}]+)*/gu;
const JOINT = /['’‘`´‐‑-]/u;

/** Lower case, without accents, one spelling of each character: "Crème" and "creme" are one word. */
export const fold = (text: string): string =>
  text
    .toLowerCase()
    .normalize("NFKD")
    .replace(ACCENT, "")
    .replace(LIGATURE, (letter) => LIGATURES[letter] ?? letter)
    .normalize("NFC");

/** "T-Shirt" is the words t and shirt, and tshirt to those who write it so. */
export interface Compound {
  readonly parts: readonly string[];
  /** Null for a plain word. */
  readonly joined: string | null;
  /** Where it stands in the text, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

export function compoundsIn(text: string): Compound[] {
  return [...text.matchAll(COMPOUND)].map(({ 0: found, index }) => {
    const all = fold(found).split(JOINT).map(shorten);
    // "men's" is men, and mens to those who leave the apostrophe out.
    const parts = all.filter((part, i) => i === 0 || part !== "s");
    const joined = all.length > 1 ? shorten(all.join("")) : null;
    return { parts, joined, start: index, end: index + found.length };
  });
}

/** The words of a text in their order, a compound's parts after its joined form. */
export const wordsIn = (text: string): string[] =>
  compoundsIn(text).flatMap(({ parts, joined }) => (joined === null ? parts : [joined, ...parts]));

const shorten = (word: string): string => word.slice(0, MAX_LENGTH).toWellFormed();

/**
 * What a word has in common with its plural: shoes and shoe, watches and watch, berries and berry.
 * No more: a full English stemmer also makes one of organic and organ, and of universal and
 * university (docs/adr/0008).
 */
export function stemOf(word: string): string {
  const single = withoutPlural(word);
  if (single.length < 4) return single;
  if (/[^aeiou]y$/.test(single)) return single.slice(0, -1) + "i";
  return single.endsWith("ie") ? single.slice(0, -1) : single;
}

function withoutPlural(word: string): string {
  if (word.length < 4 || !word.endsWith("s") || /(ss|us|is)$/.test(word)) return word;
  if (/(sses|xes|ches|shes|zzes|[^o]toes)$/.test(word)) return word.slice(0, -2);
  return word.slice(0, -1);
}

/** Words that say nothing about a product; a search is not narrowed by them. */
const FILLERS = new Set(
  "a an and are as at be by for from in into is it its of on or that the these this to with your".split(
    " ",
  ),
);

export const isFiller = (word: string): boolean => FILLERS.has(word);
