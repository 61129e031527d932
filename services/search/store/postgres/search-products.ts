import type { Queryable } from "../../../../lib/store/database";
import { toFacets, type Counts } from "../../domain/count-facets";
import type { Card } from "../../domain/entry";
import { highlight } from "../../domain/highlight";
import { parseText, type ParsedText } from "../../domain/parse-text";
import { respell } from "../../domain/spelling";
import type { Criteria, Found, Hit } from "../search-index";
import type { FacetNames } from "./facet-dictionary";
import { findPage, orderOf, withKey, type KeyedRow } from "./find-page";
import {
  readSorted,
  readView,
  readWholeShop,
  type Paging,
  type Reading,
  type Source,
} from "./read-view";
import { anyOf, resolveText, type ResolveOptions } from "./resolve-text";
import { LIVE } from "./tables";
import { skuTerm } from "./terms";
import { toTextQuery, type TextQuery } from "./text-query";
import { toViews, type Views } from "./views";

export interface Search extends Source {
  readonly names: FacetNames;
}

const nothing = (didYouMean: string | null = null): Found => ({
  hits: [],
  next: null,
  total: 0,
  facets: toFacets(new Map(), new Map(), () => undefined),
  estimated: false,
  didYouMean,
});

/** Text → words of the index → views, each read in full or as a sample → counts and a page. */
export async function searchProducts(search: Search, criteria: Criteria): Promise<Found> {
  if (criteria.text.trim() === "") return searchViews(search, criteria, null);
  const sku = await findSku(search.db, criteria.text.trim());
  if (sku !== null) return searchViews(search, criteria, skuQuery(sku));
  const parsed = parseText(criteria.text);
  if (parsed.required.length === 0) return nothing();
  const found = await searchText(search, criteria, parsed, "unknown words");
  const mayDoubt = found.total === 0 && parsed.required.length > 1 && !isFiltered(criteria);
  return mayDoubt ? searchText(search, criteria, parsed, "every word") : found;
}

const isFiltered = ({ category, brand, attributes, minPrice, maxPrice, inStock }: Criteria) =>
  [category, brand, attributes, minPrice, maxPrice, inStock].some((filter) => filter !== undefined);

async function searchText(
  search: Search,
  criteria: Criteria,
  parsed: ParsedText,
  doubt: ResolveOptions["doubt"] & string,
): Promise<Found> {
  const { terms, guesses } = await resolveText(db, parsed, {
    worthCounting: WORTH_COUNTING,
    doubt,
  });
  const didYouMean = respell(criteria.text, guesses);
  if (terms.some((term) => anyOf(term).length === 0)) return nothing(didYouMean);
  const atMost = Math.min(...terms.map(({ products }) => products));
  const found = await searchViews(search, criteria, {
    query: toTextQuery(terms, parsed),
    atMost,
  });
  return found.total === 0 ? { ...found, didYouMean } : found;
}

/** Letters and a digit, as numbers of articles have; a word is no SKU. */
const LIKE_SKU = /^(?=.*\d)[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$/;

async function findSku(db: Queryable, text: string): Promise<string | null> {
  if (!LIKE_SKU.test(text)) return null;
  const [row] = await db.query<{ sku: string }>(
    `SELECT sku FROM ${LIVE}.sku WHERE sku IN ($1, $2) LIMIT 1`,
    [text, text.toUpperCase()],
  );
  return row?.sku ?? null;
}

interface Text {
  readonly query: TextQuery;
  /** About as many products as match, or fewer do. */
  readonly atMost: number;
}

function skuQuery(sku: string): Text {
  const term = skuTerm(sku);
  const query = { required: [term], check: null, exactTitle: null, title: term, rank: term };
  return { query: { ...query, length: 1, stems: new Set() }, atMost: 1 };
}

async function searchViews(search: Search, criteria: Criteria, text: Text | null): Promise<Found> {
  const { db, names } = search;
  const views = await toViews(db, criteria, text);
  const paging = pagingOf(criteria, text?.query ?? null);
  const main = await readMain(search, views, paging);
  const wider = await readWider(search, views, main);
  const counts = new Map([...wider].map(([group, reading]) => [group, reading.counts]));
  const ids = new Set([main.counts, ...counts.values()].flatMap((c) => [...c.keys()]));
  const facets = toFacets(main.counts, counts, await names.of(db, ids));
  const rows = main.total === 0 ? [] : await pageOf(search, views, main, criteria, paging);
  const shown = rows.slice(0, criteria.limit);
  return {
    hits: await toHits(db, shown, paging.text),
    next: rows.length > shown.length ? (shown.at(-1)?.key ?? null) : null,
    total: main.total,
    facets,
    estimated: [main, ...wider.values()].some(({ estimated }) => estimated),
    didYouMean: null,
  };
}

const EMPTY: Reading = { total: 0, counts: new Map(), estimated: false, page: [] };

async function readMain(source: Source, views: Views, paging: Paging): Promise<Reading> {
  if (!views.main) return EMPTY;
  if (views.isWholeShop()) return readWholeShop(source.db);
  const reading = await readView(source, views.main, paging);
  const [group, ...others] = views.keptOut.keys();
  const isExact = others.length === 0 && group !== "price" && views.isWholeShop(group);
  // How many products one facet has is known without looking.
  return isExact ? { ...reading, total: views.main.atMost } : reading;
}

/** For each group that is filtered: the counts without that filter. */
async function readWider(
  source: Source,
  { keptOut, isWholeShop }: Views,
  main: Reading,
): Promise<Map<string, Reading>> {
  const wider = new Map<string, Reading>();
  for (const [group, view] of keptOut) {
    if (isWholeShop(group)) wider.set(group, await readWholeShop(source.db));
    else wider.set(group, view ? addReadings(main, await readView(source, view)) : main);
  }
  return wider;
}

function addReadings(a: Reading, b: Reading): Reading {
  const counts: Counts = new Map(a.counts);
  for (const [id, count] of b.counts) counts.set(id, (counts.get(id) ?? 0) + count);
  const estimated = a.estimated || b.estimated;
  return { total: a.total + b.total, counts, estimated, page: null };
}

function pagingOf({ sort, limit, after }: Criteria, text: TextQuery | null): Paging {
  return { order: orderOf({ sort, text }), after: after ?? null, limit: limit + 1, text };
}

/** A list goes on in the way it began, also when it has become short or long enough for another. */
async function pageOf(
  source: Source,
  { main }: Views,
  { page }: Reading,
  { sort }: Criteria,
  paging: Paging,
): Promise<KeyedRow[]> {
  if (!main) return [];
  const { order, after } = paging;
  const inGroups = after !== null && after[0] !== "all";
  if (page && !inGroups) return page.map(withKey("all", order));
  if (after && !inGroups && order === "score") {
    return (await readSorted(source.db, main, paging)).map(withKey("all", order));
  }
  return findPage(source, main, { ...paging, sort });
}

async function toHits(
  db: Queryable,
  rows: readonly KeyedRow[],
  text: TextQuery | null,
): Promise<Hit[]> {
  if (rows.length === 0) return [];
  const cards = await db.query<{ id: string; card: Card }>(
    `SELECT id, card FROM ${LIVE}.product WHERE id = ANY($1) AND active`,
    [rows.map(({ id }) => id)],
  );
  const byId = new Map(cards.map(({ id, card }) => [id, card]));
  // One that was archived since its row was read has no card any more.
  return rows.flatMap(({ id }) => {
    const card = byId.get(id);
    return card ? [{ id, card, highlight: text ? highlight(card, text.stems) : undefined }] : [];
  });
}
