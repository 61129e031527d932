import type { Queryable } from "../../../../lib/store/database";
import { toFacets, type Counts } from "../../domain/count-facets";
import type { Card } from "../../domain/entry";
import { highlight } from "../../domain/highlight";
import type { Criteria, Found, Hit } from "../search-index";
import type { FacetNames } from "./facet-dictionary";
import { findPage, isOfAll, orderOf } from "./find-page";
import { EMPTY, readView, readWholeShop, type Reading, type Source } from "./read-view";
import type { Paging, Row } from "./statement";
import { LIVE } from "./tables";
import type { TextQuery } from "./text-query";
import { toViews, type Views } from "./views";

export interface Search extends Source {
  readonly names: FacetNames;
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
  text: TextQuery | null,
): Promise<Found> {
  const views = await toViews(search.db, criteria, text);
  const paging = pagingOf(criteria, text);
  const main = readMain(search, views, paging);
  const [{ total, estimated, facets }, { hits, next }] = await Promise.all([
    countAll(search, views, main),
    main.then((reading) => readPage(search, views, reading, paging)),
  ]);
  // A sample can miss what is rare.
  return { hits, next, total: Math.max(total, hits.length), facets, estimated, didYouMean: null };
}

async function countAll(
  search: Search,
  views: Views,
  main: Promise<Reading>,
): Promise<Pick<Found, "total" | "facets" | "estimated">> {
  const wider = await readWider(sharing(search, views.keptOut.size), views, main);
  const { total, counts, estimated } = await main;
  const ofGroups = new Map([...wider].map(([group, reading]) => [group, reading.counts]));
  const facetOf = await search.names.of(search.db, [counts, ...ofGroups.values()]);
  return {
    total,
    facets: toFacets(counts, ofGroups, facetOf),
    estimated: estimated || [...wider.values()].some((reading) => reading.estimated),
  };
}

async function readPage(
  source: Source,
  { main: view, products, bands }: Views,
  reading: Reading,
  paging: Paging,
): Promise<Pick<Found, "hits" | "next">> {
  if (!view || (reading.total === 0 && !reading.estimated)) return { hits: [], next: null };
  const rows = await findPage(source, { view, reading, products, bands }, paging);
  const shown = rows.slice(0, paging.limit - 1);
  return {
    hits: await toHits(source.db, shown, paging.text),
    next: rows.length > shown.length ? (shown.at(-1)?.key ?? null) : null,
  };
}

/** A share of 10 % is then told to within 3.5: enough for the values of one facet. */
const LEAST_SAMPLE = 0.6;

/** However many filters there are, all that is read for them is bounded as it is for one. */
function sharing({ db, limits }: Source, views: number): Source {
  const share = 1 / Math.max(1, views);
  const sample = Math.ceil(limits.sample * Math.max(LEAST_SAMPLE, share));
  return { db, limits: { worthCounting: Math.max(sample, limits.worthCounting * share), sample } };
}

async function readMain(source: Source, views: Views, paging: Paging): Promise<Reading> {
  if (!views.main) return EMPTY;
  if (views.isWholeShop()) return readWholeShop(source.db);
  const { text } = paging;
  const reading = await readView(source, views.main, {
    text,
    paging: isOfAll(paging) ? paging : null,
  });
  const [group, ...others] = views.keptOut.keys();
  const isExact = others.length === 0 && group !== "price" && views.isWholeShop(group);
  // How many products one facet has is known without looking.
  return isExact ? { ...reading, total: views.main.atMost } : reading;
}

/** For each group that is filtered: the counts without that filter. */
async function readWider(
  source: Source,
  { keptOut, isWholeShop }: Views,
  main: Promise<Reading>,
): Promise<Map<string, Reading>> {
  const readings = [...keptOut].map(async ([group, view]): Promise<[string, Reading]> => {
    if (isWholeShop(group)) return [group, await readWholeShop(source.db)];
    const [kept, out] = await Promise.all([main, view ? readView(source, view) : EMPTY]);
    const counts = group === "price" && !view ? kept.outside : out.counts;
    return [group, addReadings(kept, { ...out, counts })];
  });
  return new Map(await Promise.all(readings));
}

function addReadings(a: Reading, b: Reading): Reading {
  const counts: Counts = new Map(a.counts);
  for (const [id, count] of b.counts) counts.set(id, (counts.get(id) ?? 0) + count);
  return { ...a, total: a.total + b.total, counts, estimated: a.estimated || b.estimated };
}

/** One more than is shown tells whether there are more. */
function pagingOf({ sort, limit, after }: Criteria, text: TextQuery | null): Paging {
  return { order: orderOf(sort, text), after: after ?? null, limit: limit + 1, text };
}

async function toHits(db: Queryable, rows: readonly Row[], text: TextQuery | null): Promise<Hit[]> {
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
