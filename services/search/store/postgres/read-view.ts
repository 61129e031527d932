import type { Queryable } from "../../../../lib/store/database";
import { countIds, type Counts } from "../../domain/count-facets";
import {
  afterKey,
  conditions,
  ORDER_BY,
  scoreOf,
  Statement,
  type Paging,
  type Row,
} from "./statement";
import { ALL_PRODUCTS, LIVE } from "./tables";
import { inSampleIndex, sampleTerm, SMALLEST_SAMPLE } from "./terms";
import { allOf } from "./text-query";
import type { View } from "./views";

/** How much of the index one search reads. */
export interface Limits {
  /** Up to this many matches are read and counted one by one; of more, a sample. */
  readonly worthCounting: number;
  /** Matches of a sample. */
  readonly sample: number;
}

/** Five thousand rows are read in about 15 ms; one thousand tell a share of 10 % to within two. */
export const LIMITS: Limits = { worthCounting: 5_000, sample: 1_000 };

/** What a search works with. */
export interface Source {
  readonly db: Queryable;
  readonly limits: Limits;
}

export interface Reading {
  readonly total: number;
  readonly counts: Counts;
  /** Whether total and counts were told from a sample. */
  readonly estimated: boolean;
  /** The page asked for; null when it has to be found another way. */
  readonly page: Row[] | null;
}

/** All of a view: its number, its facets, and a page of it. */
async function readAll(db: Queryable, view: View, paging: Paging | null): Promise<Reading> {
  const s = new Statement();
  const page = paging
    ? `(SELECT coalesce(json_agg(p), '[]') FROM (
         SELECT id, score, created, price FROM hit WHERE ${afterKey(s, paging.order, paging.after)}
         ORDER BY ${ORDER_BY[paging.order]} LIMIT ${s.bind(paging.limit, "int")}) p)`
    : "NULL";
  const [row] = await db.query<{ total: number; ids: Buffer | null; page: Row[] | null }>(
    `WITH hit AS MATERIALIZED (
       SELECT id, created, price, facets, ${scoreOf(s, paging?.text ?? null)} AS score
       FROM ${LIVE}.doc WHERE ${conditions(s, view, view.terms)}
     )
     SELECT count(*)::int AS total, string_agg(facets, '') AS ids, ${page} AS page FROM hit`,
    s.values,
  );
  const counts = countIds(row?.ids ?? NONE);
  return { total: row?.total ?? 0, counts, estimated: false, page: row?.page ?? null };
}

/** All products on sale, counted when they were indexed. */
export async function readWholeShop(db: Queryable): Promise<Reading> {
  const [row] = await db.query<{ facets: [id: number, products: number][] }>(
    `SELECT coalesce(json_agg(json_build_array(facet_id, products)), '[]') AS facets
     FROM ${LIVE}.facet_count WHERE products > 0`,
  );
  const counts: Counts = new Map(row?.facets);
  const total = counts.get(ALL_PRODUCTS) ?? 0;
  counts.delete(ALL_PRODUCTS);
  return { total, counts, estimated: false, page: null };
}

/** A page of a view, however large that is; what it costs grows with all of its matches. */
export async function readSorted(db: Queryable, view: View, paging: Paging): Promise<Row[]> {
  const { order, after, limit, text } = paging;
  const s = new Statement();
  return db.query<Row>(
    `SELECT * FROM (
       SELECT id, created, price, ${scoreOf(s, text)} AS score
       FROM ${LIVE}.doc WHERE ${conditions(s, view, view.terms)}) hit
     WHERE ${afterKey(s, order, after)} ORDER BY ${ORDER_BY[order]} LIMIT ${s.bind(limit, "int")}`,
    s.values,
  );
}

const NONE = Buffer.alloc(0);

interface Sample {
  /** Products in the sample that meet the view's terms; what reading them cost. */
  readonly reached: number;
  /** Those that meet the rest as well. */
  readonly total: number;
  readonly ids: Buffer | null;
}

async function readSample(db: Queryable, view: View, level: number): Promise<Sample> {
  const s = new Statement();
  const terms = allOf([...view.terms, sampleTerm(level)]);
  const [row] = await db.query<Sample>(
    `SELECT count(*)::int AS reached, count(*) FILTER (WHERE passes)::int AS total,
       string_agg(facets, '') FILTER (WHERE passes) AS ids
     FROM (SELECT facets, ${conditions(s, view, [])} AS passes FROM ${LIVE}.doc
       WHERE terms @@ ${s.bind(terms, "tsquery")} AND ${inSampleIndex(level)}) hit`,
    s.values,
  );
  return row ?? { reached: 0, total: 0, ids: null };
}

/** The sample that has about `wanted` of so many matches; each level has half of the one before. */
export const levelFor = (matches: number, wanted: number): number =>
  Math.min(SMALLEST_SAMPLE, Math.max(1, Math.floor(Math.log2(matches / wanted))));

/**
 * Reads a view in full when it is worth it; else a sample just large enough. The first sample is
 * sized by what is known beforehand, which is an upper bound; when it comes out small, it tells how
 * large the next one has to be.
 */
export async function readView(
  { db, limits: { worthCounting, sample: wanted } }: Source,
  view: View,
  paging: Paging | null = null,
): Promise<Reading> {
  if (view.atMost <= worthCounting) return readAll(db, view, paging);
  for (let level = levelFor(view.atMost, wanted); ;) {
    const sample = await readSample(db, view, level);
    const matches = sample.reached * 2 ** level;
    if (matches <= worthCounting && hasPositive(view)) return readAll(db, view, paging);
    const next = levelFor(Math.max(1, matches), wanted);
    if (sample.reached >= wanted / 2 || next >= level) {
      const scale = 2 ** level;
      const counts = countIds(sample.ids ?? NONE, scale);
      return { total: sample.total * scale, counts, estimated: true, page: null };
    }
    level = next;
  }
}

/** Without any, the index would have to be read from end to end. */
const hasPositive = ({ terms }: View): boolean => terms.some((term) => !term.startsWith("!"));
