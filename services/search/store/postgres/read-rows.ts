import type { Queryable } from "../../../../lib/store/database";
import {
  afterKey,
  foundBy,
  ORDER_BY,
  passing,
  scoreOf,
  Statement,
  type Paging,
  type Row,
} from "./statement";
import { LIVE } from "./tables";
import type { View } from "./views";

/** How far a walk goes before it is given up; of a million, what is worth one is full much sooner. */
const LONGEST_WALK = 20_000;

/** A page of a view, however large that is; what it costs grows with all of its matches. */
export async function readSorted(db: Queryable, view: View, paging: Paging): Promise<Row[]> {
  const { order, after, limit, text } = paging;
  const s = new Statement();
  return db.query<Row>(
    `SELECT * FROM (
       SELECT id, created, price, ${scoreOf(s, view, text)} AS score
       FROM ${LIVE}.doc WHERE ${foundBy(s, view.terms)} AND ${passing(s, view)}) hit
     WHERE ${afterKey(s, order, after)} ORDER BY ${ORDER_BY[order]} LIMIT ${s.bind(limit, "int")}`,
    s.values,
  );
}

/** Matches in an order that has an index, found by going along it. */
export async function walk(db: Queryable, view: View, paging: Paging): Promise<Row[]> {
  const { order, after, limit } = paging;
  const s = new Statement();
  const rows = await db.query<Row>(
    `SELECT id, 0 AS score, created, price FROM (
       SELECT * FROM ${LIVE}.doc WHERE ${afterKey(s, order, after)} AND ${beginning(s, order, view)}
       ORDER BY ${ORDER_BY[order]} LIMIT ${LONGEST_WALK}) walked
     WHERE ${foundBy(s, view.terms)} AND ${passing(s, view)}
     ORDER BY ${ORDER_BY[order]} LIMIT ${s.bind(limit, "int")}`,
    s.values,
  );
  // Matches that lie close together, far from where the walk began.
  return rows.length < limit ? readSorted(db, view, { ...paging, text: null }) : rows;
}

/** By price, a walk begins where the range does. Its end is not told: the planner would sort the range. */
function beginning(s: Statement, order: Paging["order"], { price }: View): string {
  if (order === "price_asc" && price) return `price >= ${s.bind(price.min, "bigint")}`;
  if (order === "price_desc" && price) return `price <= ${s.bind(price.max, "bigint")}`;
  return "true";
}
