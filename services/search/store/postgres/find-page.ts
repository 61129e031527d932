import type { Group, Order, PageKey, Sort } from "../../domain/page-key";
import { readSorted, walk } from "./read-rows";
import type { Reading, Source } from "./read-view";
import { TITLE_SCORE, type Paging, type Row } from "./statement";
import type { TextQuery } from "./text-query";
import type { View } from "./views";

export interface KeyedRow extends Row {
  readonly key: PageKey;
}

/** What is paged through, and what is known of it. */
export interface Matches {
  readonly view: View;
  readonly reading: Reading;
  /** Of the whole shop. */
  readonly products: number;
}

/** The order in which a result is sorted that was read in full. Without a text all are as relevant. */
export function orderOf(sort: Sort, text: TextQuery | null): Order {
  if (sort === "newest") return "date";
  if (sort !== "relevance") return sort;
  return text ? "score" : "date";
}

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
  if (order === "score" && text) {
    const inGroups = after ? after[0] !== "all" : !isFew(source, matches.reading.reached);
    const ranked = { ...paging, text };
    if (inGroups) return pageOfGroups(source, matches, ranked);
    return (await bestOf(source, matches, ranked)).map(withKey("all", order));
  }
  const read = isSortedSooner(matches, paging) ? readSorted : walk;
  return (await read(source.db, matches.view, paging)).map(withKey("all", order));
}

const isFew = ({ limits }: Source, matches: number): boolean => matches <= limits.worthCounting;

/** Products met on a walk, as if looked up: by date they lie together, and cost about a quarter. */
const STRIDE: Readonly<Record<Order, number>> = {
  ...{ score: 1, date: 0.25, price_asc: 1, price_desc: 1 },
};

function isSortedSooner(
  { reading: { reached, total }, products }: Matches,
  { order, limit }: Paging,
): boolean {
  const walked = (products / Math.max(1, total)) * limit;
  return reached <= walked * STRIDE[order];
}

interface RankedPaging extends Paging {
  readonly text: TextQuery;
}

const part = (view: View, ...terms: string[]): View => ({
  ...view,
  terms: [...view.terms, ...terms],
});

/** Of all matches by score. Those with the text in the title come first, and often are a page. */
async function bestOf(
  { db }: Source,
  { view, reading }: Matches,
  paging: RankedPaging,
): Promise<Row[]> {
  const { after, limit, text } = paging;
  if (reading.titles >= limit && (!after || after[2] >= TITLE_SCORE)) {
    const rows = await readSorted(db, part(view, text.title), paging);
    if (rows.length >= limit) return rows;
  }
  return readSorted(db, view, paging);
}

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
    const order = own ? own[1] : isFew(source, size) ? "score" : "date";
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
    view: part(view, `!(${title})`),
  };
  if (!exactTitle) return [{ group: "title", size: titles, view: part(view, title) }, rest];
  const exact: GroupOfMatches = {
    ...{ group: "exact", size: exactTitles },
    view: part(view, exactTitle),
  };
  if (exactTitle === title) return [exact, rest];
  const begun = part(view, title, `!(${exactTitle})`);
  return [exact, { group: "title", size: titles - exactTitles, view: begun }, rest];
}
