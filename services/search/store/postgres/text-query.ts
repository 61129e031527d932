import type { ParsedText } from "../../domain/parse-text";
import { stemOf } from "../../domain/words";
import { anyOf, type Phrase, type ResolvedTerm } from "./resolve-text";
import { stem, titleStem } from "./terms";

/** A tsquery, and about as many products as meet it, or fewer do. */
export interface Requirement {
  readonly term: string;
  readonly products: number;
}

/** A text as conditions on terms; each string is a tsquery. */
export interface TextQuery {
  /** What the index can tell without looking at a product. */
  readonly required: readonly Requirement[];
  /** What it cannot: words that are not wanted, and the order of those in phrases. */
  readonly checks: readonly string[];
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
  const inPhrases = terms.filter((term) => anyOf(term).some((phrase) => phrase.length > 1));
  return {
    required: terms.map((term) => ({
      term: either(anyOf(term), anywhere),
      products: term.products,
    })),
    checks: [
      ...inPhrases.map((term) => either(anyOf(term), inOrder)),
      ...without.map((phrase) => `!${inOrder(phrase)}`),
    ],
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
