import { compoundsIn } from "./words";

/** Words are compared by their beginning; what comes after it is checked, not looked up. */
const KEY_LENGTH = 7;
/** From this length on, two slips are forgiven. */
const LONG = 6;
const SHORTEST = 3;

/** How many slips may lie between what was typed and a word, for that word to be meant. */
export const tolerance = (typed: string): number =>
  typed.length < SHORTEST || /\d/.test(typed) ? 0 : typed.length < LONG ? 1 : 2;

/**
 * Keys of a word and of its misspellings: the word with up to `tolerance` letters left out, hashed.
 * Two words that lie within that many slips of one another share a key, so a misspelt word is found
 * by look-ups in an index instead of a comparison with all words. Sorted, each once.
 */
export function spellingKeys(word: string): number[] {
  const slips = tolerance(word);
  if (slips === 0) return [];
  let layer = new Set([word.slice(0, KEY_LENGTH)]);
  const keys = new Set([...layer].map(hash));
  for (let slip = 0; slip < slips; slip++) {
    layer = new Set([...layer].flatMap(shortened));
    for (const rest of layer) keys.add(hash(rest));
  }
  return [...keys].sort((a, b) => a - b);
}

const shortened = (word: string): string[] =>
  Array.from({ length: word.length }, (_, i) => word.slice(0, i) + word.slice(i + 1));

/** FNV-1a to a signed 32-bit integer; two words that collide are told apart by their distance. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  }
  return value | 0;
}

/** Slips between two words: a letter too many, too few, another one, or two neighbours swapped. */
export function distance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(
        at(previous, j) + 1,
        at(current, j - 1) + 1,
        at(previous, j - 1) + (same ? 0 : 1),
      );
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, at(before, j - 2) + 1);
      current.push(cost);
    }
    before = previous;
    previous = current;
  }
  return at(previous, b.length);
}

const at = (row: readonly number[], index: number): number => row[index] ?? Infinity;

export interface KnownWord {
  readonly word: string;
  readonly stem: string;
  /** Products that have it. */
  readonly products: number;
  /** Products that have it in their name, brand or categories. */
  readonly titles: number;
}

/** More than these do not help: one of them is meant. */
const MAX_CORRECTIONS = 5;

/**
 * The known words that are nearest to what was typed, and no further than `limit` slips away; most
 * used ones first.
 */
export function nearest(
  typed: string,
  known: readonly KnownWord[],
  limit = tolerance(typed),
): KnownWord[] {
  const ranked = known
    .map((candidate) => ({ candidate, slips: distance(typed, candidate.word) }))
    .filter(({ slips }) => slips > 0 && slips <= limit);
  const least = Math.min(...ranked.map(({ slips }) => slips));
  return ranked
    .filter(({ slips }) => slips === least)
    .map(({ candidate }) => candidate)
    .sort((a, b) => likeness(typed, b) - likeness(typed, a) || byUse(a, b))
    .slice(0, MAX_CORRECTIONS);
}

/** Few people get the first letter wrong. */
const likeness = (typed: string, { word }: KnownWord): number => (word[0] === typed[0] ? 1 : 0);

export const byUse = (a: KnownWord, b: KnownWord): number =>
  b.titles - a.titles || b.products - a.products || (a.word < b.word ? -1 : 1);

/**
 * The text in words that are known: `guesses` has, for each that is not, the nearest one, or null. Null
 * when that is no help.
 */
export function respell(text: string, guesses: ReadonlyMap<string, string | null>): string | null {
  if (guesses.size === 0) return null;
  const words = compoundsIn(text).flatMap(({ parts, joined }) => {
    const guess = joined === null ? undefined : guesses.get(joined);
    return guess ? [guess] : parts;
  });
  const respelt = words.flatMap((word) => guesses.get(word) ?? (guesses.has(word) ? [] : word));
  return respelt.length > 0 && respelt.join(" ") !== words.join(" ") ? respelt.join(" ") : null;
}
