import type { Queryable } from "../../../../lib/store/database";
import { countIds, type Counts } from "../../domain/count-facets";
import {
  afterKey,
  foundInSample,
  ORDER_BY,
  passing,
  scoreOf,
  Statement,
  type Paging,
  type Row,
} from "./statement";
import { ALL_PRODUCTS, LIVE } from "./tables";
import { INDEXED_SAMPLES, SMALLEST_SAMPLE } from "./terms";
import type { TextQuery } from "./text-query";
import { MISJUDGED, type View } from "./views";

/** How much of the index one search reads. */
export interface Limits {
  /** Up to this many matches, or as have no indexed sample, are read and counted one by one; of more, a sample. */
  readonly worthCounting: number;
  /** About as many matches as a sample has. */
  readonly sample: number;
}

/** A thousand rows are read in about 5 ms; half of them tell a share of 10 % to within 2.7. */
export const LIMITS: Limits = { worthCounting: 1_000, sample: 500 };

/** What a search works with. */
export interface Source {
  readonly db: Queryable;
  readonly limits: Limits;
}

export interface Reading {
  readonly total: number;
  readonly counts: Counts;
  /** Of what only the price keeps out, when the view tells. */
  readonly outside: Counts;
  /** Products that meet the view's terms: what it would cost to read them all. */
  readonly reached: number;
  /** Those of them that have the text in the title: typed in full, and also begun. */
  readonly exactTitles: number;
  readonly titles: number;
  /** Whether all numbers were told from a sample. */
  readonly estimated: boolean;
  /** The page that was asked for; null when not all matches were read. */
  readonly page: readonly Row[] | null;
}

export const EMPTY: Reading = {
  ...{ total: 0, counts: new Map(), outside: new Map(), reached: 0, exactTitles: 0, titles: 0 },
  ...{ estimated: false, page: null },
};

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
  return { ...EMPTY, total, counts, reached: Infinity };
}

const NONE = Buffer.alloc(0);

interface Counted {
  readonly reached: number;
  /** Those that meet the rest as well. */
  readonly total: number;
  readonly ids: Buffer | null;
  readonly outside: Buffer | null;
  readonly exact_titles: number;
  readonly titles: number;
  readonly page: Row[] | null;
}

/** What else is told of the products of a view. */
export interface Wanted {
  /** Whose titles are counted. */
  readonly text?: TextQuery | null;
  /** What is shown of them, when all are read. */
  readonly paging?: Paging | null;
}

/** Of all products, or those of one sample, found once for all that is told of them. */
async function count(
  db: Queryable,
  view: View,
  level: number | null,
  { text, paging }: Wanted,
): Promise<Counted> {
  const s = new Statement();
  const shown = level === null ? paging : null;
  // Who has the page needs no titles to find it by.
  const having = (query: string | null | undefined): string =>
    query && !shown ? `count(*) FILTER (WHERE terms @@ ${s.bind(query, "tsquery")})::int` : "0";
  const outside = outsideOf(view);
  const [row] = await db.query<Counted>(
    `WITH hit AS (
       SELECT id, created, price, facets, ${shown ? weighed(s, view, shown) : "terms"},
         ${passing(s, view)} AS passes, ${outside ? passing(s, outside) : "false"} AS outside
       FROM ${LIVE}.doc
       WHERE ${foundInSample(s, view.terms, level ?? 0)})
     SELECT count(*)::int AS reached, count(*) FILTER (WHERE passes)::int AS total,
       string_agg(facets, '') FILTER (WHERE passes) AS ids,
       string_agg(facets, '') FILTER (WHERE outside) AS outside,
       ${having(text?.exactTitle)} AS exact_titles, ${having(text?.title)} AS titles,
       ${shown ? `coalesce((${pageOf(s, shown)}), '[]')` : "NULL"} AS page
     FROM hit`,
    s.values,
  );
  return row ?? { ...EMPTY, ids: null, outside: null, exact_titles: 0, page: null };
}

/** Those that only the price keeps out, when the view's terms do not. */
const outsideOf = ({ seesAllPrices, ...view }: View): View | null =>
  seesAllPrices && view.price
    ? { ...view, seesAllPrices, price: { ...view.price, outside: true } }
    : null;

const weighed = (s: Statement, view: View, { order, text }: Paging): string =>
  `${scoreOf(s, view, order === "score" ? text : null)} AS score`;

const pageOf = (s: Statement, { order, after, limit }: Paging): string =>
  `SELECT json_agg(shown) FROM (
     SELECT id, created, price, score FROM hit WHERE passes AND ${afterKey(s, order, after)}
     ORDER BY ${ORDER_BY[order]} LIMIT ${s.bind(limit, "int")}) shown`;

/** The sample that has about `wanted` of so many matches; each level has half of the one before. */
const levelFor = (matches: number, wanted: number): number =>
  Math.min(SMALLEST_SAMPLE, Math.max(1, Math.round(Math.log2(matches / wanted))));

/** The same where `wanted` are few enough to be read all: level 0 has all products. */
export const levelOf = (matches: number, wanted: number): number =>
  matches <= wanted ? 0 : levelFor(matches, wanted);

/** A larger one is not worth it: it is found in the index of all products, at the cost of all. */
const LARGEST_SAMPLE = Math.min(...INDEXED_SAMPLES);

/**
 * Counts a view in full when it is worth it; else a sample just large enough. The first sample is
 * sized by what is known beforehand; when it comes out small, it tells how large the next one has to be.
 */
export async function readView(
  { db, limits: { worthCounting, sample: wanted } }: Source,
  view: View,
  also: Wanted = {},
): Promise<Reading> {
  const readAll = async () => toReading(await count(db, view, null, also), null);
  const isWorthCounting = (matches: number): boolean =>
    matches <= worthCounting || levelFor(matches, wanted) < LARGEST_SAMPLE;
  if (isWorthCounting(view.atMost)) return readAll();
  // What is expected to be few is only to be confirmed, at the least cost.
  const expected = isWorthCounting(view.likely)
    ? view.atMost
    : Math.max(view.likely, view.atMost / MISJUDGED);
  for (let level = levelFor(expected, wanted); ;) {
    const sample = await count(db, view, level, also);
    const matches = sample.reached * 2 ** level;
    if (isWorthCounting(matches) && view.terms.length > 0) return readAll();
    const next = levelFor(Math.max(1, matches), wanted);
    if (sample.reached >= wanted / 2 || next >= level) return toReading(sample, level);
    level = next;
  }
}

function toReading(counted: Counted, level: number | null): Reading {
  const scale = 2 ** (level ?? 0);
  return {
    total: counted.total * scale,
    counts: countIds(counted.ids ?? NONE, scale),
    outside: countIds(counted.outside ?? NONE, scale),
    reached: counted.reached * scale,
    exactTitles: counted.exact_titles * scale,
    titles: counted.titles * scale,
    estimated: level !== null,
    page: counted.page,
  };
}
