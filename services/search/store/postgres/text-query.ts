import type { ParsedText } from "../../domain/parse-text";
import { stemOf } from "../../domain/words";
import { anyOf, type Phrase, type ResolvedTerm } from "./resolve-text";
import { stem, titleStem } from "./terms";

/** A text as conditions on terms; each string is a tsquery, and all of a list must hold. */
export interface TextQuery {
  /** What the index can tell without looking at a product. */
  readonly required: readonly string[];
  /** With the order of words in phrases, which it cannot; null when there is none to look at. */
  readonly check: string | null;
  /** The same words in the title: in full, or begun. Null: no word was typed in full. */
  readonly exactTitle: string | null;
  readonly title: string;
  /** What matches are weighed by. */
  readonly rank: string;
  /** The number of words typed. */
  readonly length: number;
  /** All stems that match, to be marked. */
  readonly stems: ReadonlySet<string>;
}

/** Of the words that a text may become; to look for each of many in a match takes longer than to find it. */
const WEIGHED = 8;

export function toTextQuery(terms: readonly ResolvedTerm[], { excluded }: ParsedText): TextQuery {
  const likely = ({ exact, begun }: ResolvedTerm): readonly Phrase[] => [...exact, ...begun];
  const without = excluded.map((words) => words.map(stemOf));
  const phrases = [...terms.flatMap(anyOf), ...without];
  const full = [
    ...terms.map((term) => either(anyOf(term), inOrder)),
    ...without.map((phrase) => `!${inOrder(phrase)}`),
  ];
  return {
    required: [
      ...terms.map((term) => either(anyOf(term), anywhere)),
      ...without.filter((phrase) => phrase.length === 1).map((phrase) => `!${anywhere(phrase)}`),
    ],
    check: phrases.some((phrase) => phrase.length > 1) ? allOf(full) : null,
    exactTitle: terms.every(({ exact }) => exact.length > 0)
      ? allOf(terms.map(({ exact }) => either(exact, inTitle)))
      : null,
    title: allOf(terms.map((term) => either(likely(term), inTitle))),
    rank: allOf(
      terms.map(({ exact, begun }) =>
        either(exact.length > 0 ? exact : begun.slice(0, WEIGHED), anywhere),
      ),
    ),
    length: terms.reduce((sum, { exact }) => sum + (exact[0]?.length ?? 1), 0),
    stems: new Set(terms.flatMap(anyOf).flat()),
  };
}

export const allOf = (queries: readonly string[]): string => queries.join(" & ");

const either = (phrases: readonly Phrase[], toQuery: (phrase: Phrase) => string): string =>
  `(${phrases.map(toQuery).join(" | ")})`;

const anywhere = (phrase: Phrase): string => `(${phrase.map(stem).join(" & ")})`;
const inOrder = (phrase: Phrase): string => `(${phrase.map(stem).join(" <-> ")})`;
const inTitle = (phrase: Phrase): string => `(${phrase.map(titleStem).join(" & ")})`;
