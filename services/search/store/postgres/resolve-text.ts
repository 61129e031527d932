import type { Queryable } from "../../../../lib/store/database";
import type { ParsedText, Term } from "../../domain/parse-text";
import { byUse, type KnownWord } from "../../domain/spelling";
import { stemOf } from "../../domain/words";
import { correct, lookUp, type Correction, type Vocabulary } from "./vocabulary";

/** Stems that stand one behind the other; mostly one alone. */
export type Phrase = readonly string[];

/** A term of the text in words of the index. */
export interface ResolvedTerm {
  /** Any of these is what was typed, or what was meant by it. */
  readonly exact: readonly Phrase[];
  /** Words that begin like it. */
  readonly begun: readonly Phrase[];
  /** Commoner words that it may be a slip for, although these begin like it. */
  readonly perhaps: readonly Phrase[];
  /** About as many products as have any of them, or fewer have. */
  readonly products: number;
}

export const anyOf = ({ exact, begun, perhaps }: ResolvedTerm): Phrase[] => [
  ...exact,
  ...begun,
  ...perhaps,
];

export interface ResolvedText {
  /** A term without any phrase is in no product. */
  readonly terms: readonly ResolvedTerm[];
  /** For each typed word that no product has: the nearest one that some have. */
  readonly guesses: ReadonlyMap<string, string | null>;
}

export interface ResolveOptions {
  /** So many products can be read; what has more is kept to its most used words. */
  readonly worthCounting: number;
  /** What may be misspelt. A slip often makes a word that is known as well. */
  readonly doubt?: "unknown words" | "every word";
}

/** Of the words that one beginning may stand for, so many are looked for at any cost. */
const SURE_COMPLETIONS = 12;
/** What is shorter is more often unfinished than misspelt. */
const SHORTEST_SLIP = 4;

/** Looks up all words of a text at once, and once more those that are misspelt. */
export async function resolveText(
  db: Queryable,
  { required }: ParsedText,
  { worthCounting, doubt = "unknown words" }: ResolveOptions,
): Promise<ResolvedText> {
  const beginning = beginningOf(required);
  const vocabulary = await lookUp(db, wordsOf(required), beginning);
  const begun = vocabulary.completions.length > 0 ? beginning : null;
  const plain = required.flatMap((term) => unfold(term, vocabulary));
  const isMisspelt = (word: string): boolean =>
    (doubt === "every word" || !vocabulary.stems.has(stemOf(word))) &&
    !(word === begun && word.length < SHORTEST_SLIP);
  const misspelt = plain.flatMap(({ phrases }) => phrases.flat()).filter(isMisspelt);
  const spelt = await correct(db, misspelt);
  const guesses = [...spelt].map(([typed, { guess }]) => [typed, guess] as const);
  return {
    terms: plain.map((term) => resolveTerm(term, vocabulary, spelt, worthCounting)),
    guesses: new Map(guesses.filter(([typed]) => typed !== begun)),
  };
}

/** A term whose compounds are taken for what the index knows: one word, a phrase, or words apart. */
interface PlainTerm {
  readonly phrases: readonly (readonly string[])[];
  readonly last: boolean;
}

function unfold(term: Term, { stems, completions }: Vocabulary): PlainTerm[] {
  if (term.kind === "phrase") return [{ phrases: [term.words], last: false }];
  const { choices, last } = term;
  const isKnown = (word: string): boolean => stems.has(stemOf(word));
  const isBegun = last && completions.length > 0;
  const phrases = choices.map(({ parts, joined }) =>
    joined !== null && (isKnown(joined) || isBegun) ? [joined] : parts,
  );
  const [only, ...others] = phrases;
  if (!only || others.length > 0 || only.every(isKnown)) return [{ phrases, last }];
  return only.map((word, i) => ({ phrases: [[word]], last: last && i === only.length - 1 }));
}

const wordsOf = (terms: readonly Term[]): string[] =>
  terms.flatMap((term) =>
    term.kind === "phrase"
      ? term.words
      : term.choices.flatMap(({ parts, joined }) => [...parts, ...(joined ? [joined] : [])]),
  );

/** What the text ends with, when it may be the beginning of a word. */
function beginningOf(terms: readonly Term[]): string | null {
  const end = terms.at(-1);
  if (end?.kind !== "words" || !end.last) return null;
  const compound = end.choices.at(-1);
  return compound?.joined ?? compound?.parts.at(-1) ?? null;
}

function resolveTerm(
  { phrases, last }: PlainTerm,
  { stems, completions }: Vocabulary,
  spelt: ReadonlyMap<string, Correction>,
  worthCounting: number,
): ResolvedTerm {
  const isKnown = (phrase: Phrase): boolean => phrase.every((word) => stems.has(stemOf(word)));
  const known = phrases.filter(isKnown).map((phrase) => phrase.map(stemOf));
  const meant = phrases.flatMap(([word = "", ...rest]) =>
    rest.length === 0 ? (spelt.get(word)?.meant ?? []) : [],
  );
  const exact = new Set(known.map((phrase) => phrase.join(" ")));
  const begun = last ? begunWords(completions, exact, worthCounting) : [];
  const unfinished = sum(begun.map(({ products }) => products));
  const slips = begun.length > 0 ? meant.filter(({ products }) => products > unfinished) : meant;
  const spellings = [...new Set(slips.map(({ stem }) => stem))].map((stem) => [stem]);
  return {
    exact: begun.length > 0 ? known : [...known, ...spellings],
    begun: begun.map(({ stem }) => [stem]),
    perhaps: begun.length > 0 ? spellings : [],
    products:
      sum(known.map((phrase) => Math.min(...phrase.map((stem) => stems.get(stem) ?? 0)))) +
      unfinished +
      sum(slips.map(({ products }) => products)),
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** Completions, each stem once, that are worth their time. */
function begunWords(
  completions: readonly KnownWord[],
  exact: ReadonlySet<string>,
  worthCounting: number,
): KnownWord[] {
  const byStem = new Map<string, KnownWord>();
  for (const word of completions) {
    if (exact.has(word.stem)) continue;
    const known = byStem.get(word.stem);
    byStem.set(word.stem, known ? { ...known, products: known.products + word.products } : word);
  }
  let products = 0;
  return [...byStem.values()].sort(byUse).filter((word, i) => {
    products += word.products;
    return i < SURE_COMPLETIONS || products <= worthCounting;
  });
}
