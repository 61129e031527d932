import type { Queryable } from "../../../../lib/store/database";
import { nearest, spellingKeys, tolerance, type KnownWord } from "../../domain/spelling";
import { stemOf } from "../../domain/words";
import { LIVE } from "./tables";

/** Words that one beginning may stand for: all of a small shop's, the most used ones of a large one's. */
const MAX_COMPLETIONS = 64;

/** What the index knows of the words of a text. */
export interface Vocabulary {
  /** Products by stem. */
  readonly stems: ReadonlyMap<string, number>;
  readonly completions: readonly KnownWord[];
}

// The highest code point: every word that begins so comes before it.
const endOf = (beginning: string): string => `${beginning}\u{10ffff}`;

const COMPLETIONS = `SELECT word, stem, products, titles FROM ${LIVE}.word
  WHERE word >= $1 AND word < $2 AND products > 0 ORDER BY titles DESC, products DESC, word`;

/** Looks up words, and those that begin with `beginning`, at once. */
export async function lookUp(
  db: Queryable,
  words: readonly string[],
  beginning: string | null,
): Promise<Vocabulary> {
  const range = beginning === null ? ["", ""] : [beginning, endOf(beginning)];
  const [row] = await db.query<{
    stems: { stem: string; products: number }[];
    completions: KnownWord[];
  }>(
    `SELECT (SELECT coalesce(json_agg(c), '[]') FROM (${COMPLETIONS} LIMIT ${MAX_COMPLETIONS}) c) AS completions,
       (SELECT coalesce(json_agg(s), '[]') FROM (
         SELECT stem, sum(products)::int AS products FROM ${LIVE}.word
         WHERE stem = ANY($3) AND products > 0 GROUP BY stem) s) AS stems`,
    [...range, [...new Set(words.map(stemOf))]],
  );
  return {
    stems: new Map(row?.stems.map(({ stem, products }) => [stem, products])),
    completions: row?.completions ?? [],
  };
}

/** Words of the index that begin like this, the most used first; of one's forms, one. */
export async function completionsOf(
  db: Queryable,
  beginning: string,
  limit: number,
): Promise<string[]> {
  if (beginning === "") return [];
  const found = await db.query<KnownWord>(`${COMPLETIONS} LIMIT $3`, [
    ...[beginning, endOf(beginning)],
    limit * 2,
  ]);
  const byStem = new Map<string, string>();
  for (const { stem, word } of found) if (!byStem.has(stem)) byStem.set(stem, word);
  return [...byStem.values()].slice(0, limit);
}

export interface Correction {
  /** What is searched for instead. */
  readonly meant: readonly KnownWord[];
  /** What might have been meant, further off than is searched for unasked. */
  readonly guess: string | null;
}

/**
 * For words that no product has, those that are nearest to them. The sub-select hides from the planner
 * how many keys there are: it would rather read all words of a small shop than look up sixty.
 */
export async function correct(
  db: Queryable,
  misspelt: readonly string[],
): Promise<Map<string, Correction>> {
  const keys = new Set(misspelt.flatMap(spellingKeys));
  const known =
    keys.size === 0
      ? []
      : await db.query<KnownWord>(
          `SELECT word, stem, products, titles FROM ${LIVE}.word
           WHERE spellings && (SELECT $1::int[]) AND products > 0`,
          [[...keys]],
        );
  return new Map(
    misspelt.map((typed) => {
      const [guess] = nearest(typed, known, tolerance(typed) + 1);
      return [typed, { meant: nearest(typed, known), guess: guess?.word ?? null }];
    }),
  );
}
