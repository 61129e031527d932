import { bandOf } from "../../domain/price-bands";
import type { Group, Order, PageKey, Sort } from "../../domain/page-key";
import { readSorted, walk } from "./read-rows";
import type { Reading, Source } from "./read-view";
import type { Paging, Row } from "./statement";
import type { TextQuery } from "./text-query";
import { anyFacet } from "./terms";
import type { Band, View } from "./views";

export interface KeyedRow extends Row {
  readonly key: PageKey;
}

/** What is paged through, and what is known of it. */
export interface Matches {
  readonly view: View;
  readonly reading: Reading;
  /** Of the whole shop. */
  readonly products: number;
  readonly bands: readonly Band[];
}

/** The order in which a result is sorted that was read in full. Without a text all are as relevant. */
export function orderOf(sort: Sort, text: TextQuery | null): Order {
  if (sort === "newest") return "date";
  if (sort !== "relevance") return sort;
  return text ? "score" : "date";
}

/** Whether a page is one of all matches, not of groups: also one that goes on with such a list. */
export const isOfAll = ({ order, after }: Paging): boolean =>
  order !== "score" || !after || after[0] === "all";

const withKey =
  (group: Group, order: Order) =>
  (row: Row): KeyedRow => ({
    ...row,
    key: [group, order, row.score, order.startsWith("price") ? row.price : row.created, row.id],
  });

/**
 * A page of what was found. Few matches are sorted. Of many, by date or price: the products are walked
 * through in that order, and as every n-th is a match, a page is full soon. Of many, by relevance: the
 * groups of matches one after the other, each by score if it is small, else the newest first. A list
 * goes on in the way it began, also when it has become short or long enough for another.
 */
export async function findPage(
  source: Source,
  matches: Matches,
  paging: Paging,
): Promise<KeyedRow[]> {
  const { order, after, text } = paging;
  const { page } = matches.reading;
  if (page) return page.map(withKey("all", order));
  if (order === "score" && text && (!after || after[0] !== "all")) {
    return pageOfGroups(source, matches, { ...paging, text });
  }
  const rows = await sortedOrWalked(source, matches, paging);
  return rows.map(withKey("all", order));
}

/** Products met on a walk, as if looked up: by date they lie together, and cost about a quarter. */
const STRIDE: Readonly<Record<Order, number>> = {
  ...{ score: 1, date: 0.25, price_asc: 1, price_desc: 1 },
};

/** Of a walk to a page of so many matches; what it costs to look one up is 1. */
const walkCost = (products: number, matches: number, order: Order, limit: number): number =>
  (products / Math.max(1, matches)) * limit * STRIDE[order];

async function sortedOrWalked(
  { db }: Source,
  { view, reading: { reached, total, counts }, products, bands }: Matches,
  paging: Paging,
): Promise<Row[]> {
  const { order, limit } = paging;
  const inBand = ({ id }: Band): number => (counts.get(id) ?? 0) / Math.max(1, total);
  const first = firstBands(bands, inBand, paging, (2 * limit) / Math.max(1, total));
  const sorted = reached * sum(first.map(inBand));
  const walked = walkCost(products, total, order, limit);
  if (order !== "score" && walked < (first.length > 0 ? sorted : reached)) {
    return walk(db, view, paging);
  }
  if (first.length > 0) {
    const rows = await readSorted(db, part(view, { terms: [anyFacet(first)] }), paging);
    if (rows.length >= limit) return rows;
  }
  return readSorted(db, view, paging);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/**
 * Of a list by price, the bands that it begins or goes on with: so many as are expected to have this
 * share of the matches. None of a list by anything else.
 */
function firstBands(
  bands: readonly Band[],
  inBand: (band: Band) => number,
  { order, after }: Paging,
  share: number,
): readonly Band[] {
  if (order !== "price_asc" && order !== "price_desc") return [];
  const rising = order === "price_asc";
  const inOrder = rising ? bands : [...bands].reverse();
  const seen = after && bandOf(after[3]).from;
  let expected = 0;
  return inOrder.filter((band) => {
    if (seen !== null && (rising ? band.from < seen : band.from > seen)) return false;
    const isWanted = expected < share;
    expected += inBand(band);
    return isWanted;
  });
}

interface RankedPaging extends Paging {
  readonly text: TextQuery;
}

const part = (view: View, { terms = [], checks = [] }: Partial<View>): View => ({
  ...view,
  terms: [...terms, ...view.terms],
  checks: [...view.checks, ...checks],
});

const RANK: Readonly<Record<Group, number>> = { all: 0, exact: 1, title: 2, rest: 3 };

async function pageOfGroups(
  source: Source,
  matches: Matches,
  paging: RankedPaging,
): Promise<KeyedRow[]> {
  const found: KeyedRow[] = [];
  for (const { group, view, size } of groupsOf(matches, paging.text)) {
    const { after } = paging;
    if (after && RANK[group] < RANK[after[0]]) continue;
    const own = after?.[0] === group ? after : null;
    // A page that goes on keeps the order of the one before, also when the group has grown meanwhile.
    const walked = walkCost(matches.products, size, "date", paging.limit);
    const isFew = size <= Math.max(source.limits.worthCounting, walked);
    const order = own ? own[1] : isFew ? "score" : "date";
    const rest = { ...paging, order, after: own, limit: paging.limit - found.length };
    const read = order === "score" ? readSorted : walk;
    found.push(...(await read(source.db, view, rest)).map(withKey(group, order)));
    if (found.length >= paging.limit) break;
  }
  return found;
}

interface GroupOfMatches extends Pick<Matches, "view"> {
  readonly group: Group;
  /** About as many products as would be read for all of it. */
  readonly size: number;
}

function groupsOf(
  { view, reading: { reached, titles, exactTitles } }: Matches,
  { exactTitle, title }: TextQuery,
): GroupOfMatches[] {
  const rest: GroupOfMatches = {
    ...{ group: "rest", size: reached - titles },
    view: part(view, { checks: [`!(${title})`] }),
  };
  if (!exactTitle)
    return [{ group: "title", size: titles, view: part(view, { terms: [title] }) }, rest];
  const exact: GroupOfMatches = {
    ...{ group: "exact", size: exactTitles },
    view: part(view, { terms: [exactTitle] }),
  };
  if (exactTitle === title) return [exact, rest];
  const begun = part(view, { terms: [title], checks: [`!(${exactTitle})`] });
  return [exact, { group: "title", size: titles - exactTitles, view: begun }, rest];
}
