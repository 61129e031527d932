import { Type as T, type Static } from "@sinclair/typebox";
import { Strict } from "../lib/mesh/schema";
import { Id, Nullable, OneOf } from "./common";

/** What the owners of an order's parts answer to the reconciler (docs/adr/0015-reconciler.md). */
export const OrderIds = Strict({ orderIds: T.Array(Id, { maxItems: 100 }) });
export const OneOrder = Strict({ orderId: Id });

/** `open`: what is not final · `recent`: what began or changed lately. In the order of the ids. */
export const Candidates = Strict({
  which: OneOf(["open", "recent"]),
  after: T.Optional(Id),
});
export const CandidatePage = Strict({
  orderIds: T.Array(Id),
  /** `after` of the next page; null when there is none. */
  next: Nullable(Id),
});
export type CandidatePage = Static<typeof CandidatePage>;

/** A page of sorted ids; one that is full may be followed by another. */
export function pageOf(orderIds: string[], size: number): CandidatePage {
  return { orderIds, next: orderIds.length < size ? null : (orderIds.at(-1) ?? null) };
}

/** How a service stands to an order after it was asked to bring that in line; null: it knows nothing of it. */
export const Settled = Strict({ orderId: Id, status: Nullable(T.String()) });
