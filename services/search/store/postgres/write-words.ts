import type { Queryable } from "../../../../lib/store/database";
import { spellingKeys } from "../../domain/spelling";
import { stemOf } from "../../domain/words";
import type { Generation } from "./tables";

/** The words of one product; one of the title is not among the others. */
export interface ProductWords {
  readonly title_words: readonly string[];
  readonly other_words: readonly string[];
}

export interface WordChange {
  readonly word: string;
  readonly products: number;
  readonly titles: number;
}

export const NO_WORDS: ProductWords = { title_words: [], other_words: [] };

/** By how much the counts of words change when a product's words do. */
export function wordChanges(before: ProductWords, after: ProductWords): WordChange[] {
  const changes = new Map<string, { products: number; titles: number }>();
  const count = ({ title_words, other_words }: ProductWords, by: 1 | -1): void => {
    const title = new Set(title_words);
    for (const word of [...title_words, ...other_words]) {
      const change = changes.get(word) ?? { products: 0, titles: 0 };
      change.products += by;
      if (title.has(word)) change.titles += by;
      changes.set(word, change);
    }
  };
  count(before, -1);
  count(after, 1);
  return [...changes]
    .map(([word, change]) => ({ word, ...change }))
    .filter(({ products, titles }) => products !== 0 || titles !== 0);
}

/** Adds to the counts of words; one that is new comes with its stem and its spellings. */
export async function countWords(
  tx: Queryable,
  schema: Generation,
  changes: readonly WordChange[],
): Promise<void> {
  if (changes.length === 0) return;
  const rows = changes.map(({ word, products, titles }) => ({
    ...{ word, products, titles, stem: stemOf(word) },
    // Only a word that gets more can be a new one.
    spellings: products > 0 ? spellingKeys(word) : [],
  }));
  await tx.query(
    `INSERT INTO ${schema}.word AS known (word, stem, products, titles, spellings)
     SELECT word, stem, products, titles, spellings FROM json_to_recordset($1::json)
       AS changed(word text, stem text, products int, titles int, spellings int[])
     ORDER BY word
     ON CONFLICT (word) DO UPDATE SET products = known.products + EXCLUDED.products,
       titles = known.titles + EXCLUDED.titles`,
    [JSON.stringify(rows)],
  );
}
