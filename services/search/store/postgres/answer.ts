import type { Queryable } from "../../../../lib/store/database";
import { toFacets, type Counts } from "../../domain/count-facets";
import type { Card } from "../../domain/entry";
import { highlight } from "../../domain/highlight";
import type { Criteria, Found, Hit } from "../search-index";
import type { FacetNames } from "./facet-dictionary";
import { findPage, orderOf, withKey, type KeyedRow } from "./find-page";
import { readSorted, readView, readWholeShop, type Reading, type Source } from "./read-view";
import type { Paging } from "./statement";
import { LIVE } from "./tables";
import type { TextQuery } from "./text-query";
import { toViews, type Views } from "./views";

export interface Search extends Source {
  readonly names: FacetNames;
}

/** A text in words of the index. */
export interface Text {
  readonly query: TextQuery;
  /** About as many products as match, or fewer do. */
  readonly atMost: number;
}

export const nothing = (didYouMean: string | null = null): Found => ({
  hits: [],
  next: null,
  total: 0,
  facets: toFacets(new Map(), new Map(), () => undefined),
  estimated: false,
  didYouMean,
});

/** A page of what meets all conditions, and the counts to narrow it by. */
export async function answer(
  search: Search,
  criteria: Criteria,
  text: Text | null,
): Promise<Found> {
  const { db, names } = search;
  const views = await toViews(db, criteria, text);
  const paging = pagingOf(criteria, text?.query ?? null);
  const main = await readMain(search, views, paging);
  const wider = await readWider(sharing(search, views.keptOut.size), views, main);
  const counts = new Map([...wider].map(([group, reading]) => [group, reading.counts]));
  const facetOf = await names.of(db, [main.counts, ...counts.values()]);
  const facets = toFacets(main.counts, counts, facetOf);
  const rows =
    main.total === 0 && !main.estimated ? [] : await pageOf(search, views, main, criteria, paging);
  const shown = rows.slice(0, criteria.limit);
  return {
    hits: await toHits(db, shown, paging.text),
    next: rows.length > shown.length ? (shown.at(-1)?.key ?? null) : null,
    // A sample can miss what is rare.
    total: Math.max(main.total, shown.length),
    facets,
    estimated: [main, ...wider.values()].some(({ estimated }) => estimated),
    didYouMean: null,
  };
}

/** However many filters there are, all that is read for them is bounded as it is for one. */
const sharing = ({ db, limits: { worthCounting, sample } }: Source, views: number): Source => ({
  db,
  limits: {
    worthCounting: Math.max(sample, Math.floor(worthCounting / Math.max(1, views))),
    sample,
  },
});

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
  const readings = [...keptOut].map(async ([group, view]): Promise<[string, Reading]> => {
    if (isWholeShop(group)) return [group, await readWholeShop(source.db)];
    return [group, view ? addReadings(main, await readView(source, view)) : main];
  });
  return new Map(await Promise.all(readings));
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
