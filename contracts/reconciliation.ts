import { Type as T, type Static } from "@sinclair/typebox";
import { action } from "../lib/mesh/contract";
import { Strict } from "../lib/mesh/schema";
import { Id, Nullable, OneOf } from "./common";

/** What the owners of an order's parts answer to the reconciler (docs/adr/0015-reconciler.md). */
export const OrderIds = Strict({ orderIds: T.Array(Id, { maxItems: 100 }) });
const OneOrder = Strict({ orderId: Id });

/** `open`: what is not final · `recent`: what began or changed lately. In the order of the ids. */
const Candidates = Strict({
  which: OneOf(["open", "recent"]),
  after: T.Optional(Id),
});
const CandidatePage = Strict({
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
const Settled = Strict({ orderId: Id, status: Nullable(T.String()) });

/** Asks a service which orders it has something of. */
export const toReconcile = (summary: string) =>
  action({
    summary,
    params: Candidates,
    result: CandidatePage,
    access: "internal",
    idempotent: true,
  });

/** Asks a service to bring what it has of an order in line; `timeoutMs` as for any action. */
export const settle = (summary: string, limits: { readonly timeoutMs?: number } = {}) =>
  action({
    summary,
    params: OneOrder,
    result: Settled,
    access: "internal",
    idempotent: true,
    correlation: "orderId",
    ...limits,
  });
