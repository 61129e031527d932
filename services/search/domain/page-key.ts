import { Type as T, type Static } from "@sinclair/typebox";
import { Id, OneOf } from "../../../contracts/common";

/**
 * Results of a text come in groups: first those that have its words in name, brand or categories, in
 * full or begun, then those that have them elsewhere. `all`: not taken apart.
 */
export type Group = "all" | "exact" | "title" | "rest";

/** By what results, or those of one group, are sorted. */
export type Order = "score" | "date" | "price_asc" | "price_desc";

export type Sort = "relevance" | "newest" | "price_asc" | "price_desc";

const Whole = T.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

/** The place of a result in its list. `value`: its price when sorted by that, else when it was made. */
export const PageKey = T.Tuple([
  OneOf(["all", "exact", "title", "rest"]),
  OneOf(["score", "date", "price_asc", "price_desc"]),
  T.Integer({ minimum: 0, maximum: 1_000_000_000 }),
  Whole,
  Id,
]);
export type PageKey = Static<typeof PageKey>;

/** The orders that a sort may use; which of relevance's two, depends on how much is found. */
const ORDERS: Readonly<Record<Sort, readonly Order[]>> = {
  relevance: ["score", "date"],
  newest: ["date"],
  price_asc: ["price_asc"],
  price_desc: ["price_desc"],
};

/** Whether a key is one of a list that is sorted so. */
export const isKeyOf = ([group, order]: PageKey, sort: Sort): boolean =>
  ORDERS[sort].includes(order) && (sort === "relevance" || group === "all");
