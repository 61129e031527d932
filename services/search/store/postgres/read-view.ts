import type { Queryable } from "../../../../lib/store/database";
import { countIds, type Counts } from "../../domain/count-facets";
import { conditions, Statement } from "./statement";
import { ALL_PRODUCTS, LIVE } from "./tables";
import { inSampleIndex, sampleTerm, SMALLEST_SAMPLE } from "./terms";
import { allOf, type TextQuery } from "./text-query";
import type { View } from "./views";

/** How much of the index one search reads. */
export interface Limits {
  /** Up to this many matches are read and counted one by one; of more, a sample. */
  readonly worthCounting: number;
  /** About as many matches as a sample has. */
  readonly sample: number;
}

/** Two thousand rows are read in about 10 ms; one thousand tell a share of 10 % to within two. */
export const LIMITS: Limits = { worthCounting: 2_000, sample: 1_000 };

/** What a search works with. */
export interface Source {
  readonly db: Queryable;
  readonly limits: Limits;
}

export interface Reading {
  readonly total: number;
  readonly counts: Counts;
  /** Products that meet the view's terms: what it would cost to read them all. */
  readonly reached: number;
  /** Those of them that have the text in the title: typed in full, and also begun. */
  readonly exactTitles: number;
  readonly titles: number;
  /** Whether all numbers were told from a sample. */
  readonly estimated: boolean;
}

/** All products on sale, counted when they were indexed. */
export async function readWholeShop(db: Queryable): Promise<Reading> {
  const [row] = await db.query<{ counts: Buffer | null }>(
    `SELECT string_agg(int4send(facet_id) || int4send(products), '') AS counts
     FROM ${LIVE}.facet_count WHERE products > 0`,
  );
  const counts: Counts = new Map();
  const packed = row?.counts ?? NONE;
  for (let i = 0; i < packed.length; i += 8) {
    counts.set(packed.readInt32BE(i), packed.readInt32BE(i + 4));
  }
  const total = counts.get(ALL_PRODUCTS) ?? 0;
  counts.delete(ALL_PRODUCTS);
  return { total, counts, reached: Infinity, exactTitles: 0, titles: 0, estimated: false };
}

const NONE = Buffer.alloc(0);

interface Counted {
  readonly reached: number;
  /** Those that meet the rest as well. */
  readonly total: number;
  readonly ids: Buffer | null;
  readonly exact_titles: number;
  readonly titles: number;
}

/** Of all products, or those of one sample. */
async function count(
  db: Queryable,
  view: View,
  level: number | null,
  text: TextQuery | null,
): Promise<Counted> {
  const s = new Statement();
  const terms = level === null ? view.terms : [...view.terms, sampleTerm(level)];
  const having = (query: string | null | undefined): string =>
    query ? `count(*) FILTER (WHERE terms @@ ${s.bind(query, "tsquery")})::int` : "0";
  const [row] = await db.query<Counted>(
    `SELECT count(*)::int AS reached, count(*) FILTER (WHERE passes)::int AS total,
       string_agg(facets, '') FILTER (WHERE passes) AS ids,
       ${having(text?.exactTitle)} AS exact_titles, ${having(text?.title)} AS titles
     FROM (SELECT terms, facets, ${conditions(s, view, [])} AS passes FROM ${LIVE}.doc
       WHERE ${terms.length > 0 ? `terms @@ ${s.bind(allOf(terms), "tsquery")}` : "true"}
         AND ${level === null ? "true" : inSampleIndex(level)}) hit`,
    s.values,
  );
  return row ?? { reached: 0, total: 0, ids: null, exact_titles: 0, titles: 0 };
}

/** The sample that has about `wanted` of so many matches; each level has half of the one before. */
export const levelFor = (matches: number, wanted: number): number =>
  Math.min(SMALLEST_SAMPLE, Math.max(1, Math.round(Math.log2(matches / wanted))));

/**
 * Counts a view in full when it is worth it; else a sample just large enough. The first sample is
 * sized by what is known beforehand, which is an upper bound; when it comes out small, it tells how
 * large the next one has to be. `text`: whose titles are also counted.
 */
export async function readView(
  { db, limits: { worthCounting, sample: wanted } }: Source,
  view: View,
  text: TextQuery | null = null,
): Promise<Reading> {
  const readAll = async () => toReading(await count(db, view, null, text), null);
  if (view.atMost <= worthCounting) return readAll();
  for (let level = levelFor(view.atMost, wanted); ;) {
    const sample = await count(db, view, level, text);
    const matches = sample.reached * 2 ** level;
    if (matches <= worthCounting && hasPositive(view)) return readAll();
    const next = levelFor(Math.max(1, matches), wanted);
    if (sample.reached >= wanted / 2 || next >= level) return toReading(sample, level);
    level = next;
  }
}

/** Without any, the index would have to be read from end to end. */
const hasPositive = ({ terms }: View): boolean => terms.some((term) => !term.startsWith("!"));

function toReading(counted: Counted, level: number | null): Reading {
  const scale = 2 ** (level ?? 0);
  return {
    total: counted.total * scale,
    counts: countIds(counted.ids ?? NONE, scale),
    reached: counted.reached * scale,
    exactTitles: counted.exact_titles * scale,
    titles: counted.titles * scale,
    estimated: level !== null,
  };
}
