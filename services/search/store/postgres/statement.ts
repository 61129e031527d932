import type { Order, PageKey } from "../../domain/page-key";
import { inSampleIndex, sampled } from "./terms";
import { allOf, type TextQuery } from "./text-query";
import type { View } from "./views";

/** A result as a list keeps it. */
export interface Row {
  readonly id: string;
  readonly score: number;
  readonly created: number;
  readonly price: number;
}

export interface Paging {
  readonly order: Order;
  readonly after: PageKey | null;
  readonly limit: number;
  /** What a score is made of; null: there is none. */
  readonly text: TextQuery | null;
}

/** A statement whose text is the same for each shape of a request; what varies is bound. */
export class Statement {
  readonly values: unknown[] = [];

  bind(value: unknown, type: string): string {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }
}

/** One condition a term: PostgreSQL is faster at that than at one on all. */
export const foundBy = (s: Statement, terms: readonly string[]): string =>
  terms.map((term) => `terms @@ ${s.bind(term, "tsquery")}`).join(" AND ") || "true";

/** These terms, in the products of one sample; level 0 has all. */
export const foundInSample = (s: Statement, terms: readonly string[], level: number): string =>
  `${foundBy(s, sampled(terms, level))} AND ${inSampleIndex(level)}`;

/** What is looked at in each product; told so that no index is asked for it. */
export function passing(s: Statement, { checks, without, price, inStock }: View): string {
  const all: string[] = [];
  const has = (query: string): string => `(terms @@ ${s.bind(query, "tsquery")})`;
  if (checks.length > 0) all.push(`${has(allOf(checks))} IS TRUE`);
  if (without !== null) all.push(`NOT ${has(without)}`);
  if (price) {
    const range = `${s.bind(price.min, "bigint")} AND ${s.bind(price.max, "bigint")}`;
    // Not the column itself: the index of prices would be read from end to end of a wide range.
    all.push(`price + 0 ${price.outside ? "NOT " : ""}BETWEEN ${range}`);
  }
  if (inStock) all.push("in_stock");
  return all.join(" AND ") || "true";
}

/** The least score of what has the text in the title. */
export const TITLE_SCORE = 100_000;

/**
 * In a score, words in the title count most, then how much of the name they are, then where and how
 * often they stand. Below 300,000. What the view asks for anyway is not looked at again.
 */
export function scoreOf(s: Statement, { terms }: View, text: TextQuery | null): string {
  if (!text) return "0";
  const when = (query: string, factor: number): string =>
    terms.includes(query)
      ? `WHEN true THEN ${factor}`
      : `WHEN terms @@ ${s.bind(query, "tsquery")} THEN ${factor}`;
  return `(CASE ${text.exactTitle ? when(text.exactTitle, 2) : ""} ${when(text.title, 1)} ELSE 0 END
     * (${TITLE_SCORE} + least(99, 100 * ${s.bind(text.length, "int")} / greatest(name_length, 1)) * 1000)
     + least(999, 1000 * ts_rank(terms, ${s.bind(text.rank, "tsquery")})))::int`;
}

export const ORDER_BY: Readonly<Record<Order, string>> = {
  score: "score DESC, created DESC, id DESC",
  date: "created DESC, id DESC",
  price_asc: "price, id",
  price_desc: "price DESC, id DESC",
};

export function afterKey(s: Statement, order: Order, key: PageKey | null): string {
  if (!key) return "true";
  const [, , score, value, id] = key;
  const rest = `${s.bind(value, "bigint")}, ${s.bind(id, "uuid")}`;
  switch (order) {
    case "score":
      return `(score, created, id) < (${s.bind(score, "int")}, ${rest})`;
    case "date":
      return `(created, id) < (${rest})`;
    case "price_asc":
      return `(price, id) > (${rest})`;
    case "price_desc":
      return `(price, id) < (${rest})`;
    default:
      return order satisfies never;
  }
}
