import type { Queryable } from "../../../../lib/store/database";
import type { Group, Order, PageKey, Sort } from "../../domain/page-key";
import { readSorted, readView, type Source } from "./read-view";
import { afterKey, conditions, ORDER_BY, Statement, type Paging, type Row } from "./statement";
import { LIVE } from "./tables";
import type { TextQuery } from "./text-query";
import type { View } from "./views";

export interface KeyedRow extends Row {
  readonly key: PageKey;
}

export interface PageRequest {
  readonly sort: Sort;
  readonly after: PageKey | null;
  readonly limit: number;
  readonly text: TextQuery | null;
}

/** How far a walk goes before it is given up; of a million, what is worth one is full much sooner. */
const LONGEST_WALK = 20_000;

/** The order in which a result is sorted that was read in full. Without a text all are as relevant. */
export function orderOf({ sort, text }: Pick<PageRequest, "sort" | "text">): Order {
  if (sort === "newest") return "date";
  if (sort !== "relevance") return sort;
  return text ? "score" : "date";
}

export const withKey =
  (group: Group, order: Order) =>
  (row: Row): KeyedRow => ({
    ...row,
    key: [group, order, row.score, order.startsWith("price") ? row.price : row.created, row.id],
  });

/**
 * A page of more matches than are read. Sorted by date or price: the products are walked through in
 * that order, and as every n-th is a match, a page is full soon. By relevance: the groups of matches
 * one after the other, each by score if it is small, else the newest first.
 */
export async function findPage(
  source: Source,
  view: View,
  request: PageRequest,
): Promise<KeyedRow[]> {
  const { sort, text, after, limit } = request;
  if (sort !== "relevance" || !text) {
    const order = orderOf(request);
    return (await walk(source.db, view, order, after, limit)).map(withKey("all", order));
  }
  const found: KeyedRow[] = [];
  for (const [group, part] of groupsOf(view, text)) {
    if (after && RANK[group] < RANK[after[0]]) continue;
    const own = after?.[0] === group ? after : null;
    const rest = { ...request, after: own, limit: limit - found.length };
    found.push(...(await pageOfGroup(source, group, part, rest)));
    if (found.length >= limit) break;
  }
  return found;
}

const RANK: Readonly<Record<Group, number>> = { all: 0, exact: 1, title: 2, rest: 3 };

function groupsOf(view: View, { exactTitle, title }: TextQuery): [Group, View][] {
  const part = (...terms: string[]): View => ({ ...view, terms: [...view.terms, ...terms] });
  if (exactTitle === title)
    return [
      ["exact", part(title)],
      ["rest", part(`!(${title})`)],
    ];
  if (!exactTitle)
    return [
      ["title", part(title)],
      ["rest", part(`!(${title})`)],
    ];
  return [
    ["exact", part(exactTitle)],
    ["title", part(title, `!(${exactTitle})`)],
    ["rest", part(`!(${title})`)],
  ];
}

/** A page that goes on keeps the order of the one before, also when the group has grown meanwhile. */
async function pageOfGroup(
  source: Source,
  group: Group,
  view: View,
  { after, limit, text }: PageRequest,
): Promise<KeyedRow[]> {
  if (after?.[1] !== "date") {
    const paging: Paging = { order: "score", after, limit, text };
    const { page } = await readView(source, view, paging);
    if (page) return page.map(withKey(group, "score"));
    if (after) return (await readSorted(source.db, view, paging)).map(withKey(group, "score"));
  }
  return (await walk(source.db, view, "date", after, limit)).map(withKey(group, "date"));
}

/** Matches in an order that has an index, found by going along it. */
async function walk(
  db: Queryable,
  view: View,
  order: Order,
  after: PageKey | null,
  limit: number,
): Promise<Row[]> {
  const s = new Statement();
  const rows = await db.query<Row>(
    `SELECT id, 0 AS score, created, price FROM (
       SELECT * FROM ${LIVE}.doc WHERE ${afterKey(s, order, after)} AND ${beginning(s, order, view)}
       ORDER BY ${ORDER_BY[order]} LIMIT ${LONGEST_WALK}) walked
     WHERE ${conditions(s, view, view.terms)}
     ORDER BY ${ORDER_BY[order]} LIMIT ${s.bind(limit, "int")}`,
    s.values,
  );
  // Matches that lie close together, far from where the walk began.
  return rows.length < limit ? readSorted(db, view, { order, after, limit, text: null }) : rows;
}

/** By price, a walk begins where the range does. Its end is not told: the planner would sort the range. */
function beginning(s: Statement, order: Order, { price }: View): string {
  if (order === "price_asc" && price) return `price >= ${s.bind(price.min, "bigint")}`;
  if (order === "price_desc" && price) return `price <= ${s.bind(price.max, "bigint")}`;
  return "true";
}
