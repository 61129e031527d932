import type { Logger } from "moleculer";
import type { Static } from "@sinclair/typebox";
import type { contracts } from "../../contracts";
import type { Product } from "../../contracts/catalog";
import type { Order, OrderRecord } from "../../contracts/orders";
import type { Payment } from "../../contracts/payments";
import type { Shipment } from "../../contracts/shipping";
import { messageOf } from "../../lib/errors";
import type { Caller } from "../../lib/mesh/types";

/** A part that takes longer is left out, so that the whole stays within its deadline. */
const PART_TIMEOUT_MS = 1_500;
const RELATED = 4;

type StorefrontProduct = Static<typeof contracts.gateway.actions.storefrontProduct.result>;
type Orders = Static<typeof contracts.gateway.actions.orders.result>;

/** Asks for parts of an answer; one that fails is null, and named. */
class Parts {
  readonly degraded: string[] = [];
  readonly #logger: Pick<Logger, "warn">;

  constructor(logger: Pick<Logger, "warn">) {
    this.#logger = logger;
  }

  async ask<T>(name: string, part: Promise<T>): Promise<T | null> {
    try {
      return await part;
    } catch (error) {
      this.#logger.warn(`${name} is left out of an answer: ${messageOf(error)}`);
      this.degraded.push(name);
      return null;
    }
  }
}

/** The product itself, or its error; with stock and related products where they can be had. */
export async function storefrontProduct(
  caller: Caller,
  idOrSlug: string,
  logger: Pick<Logger, "warn">,
): Promise<StorefrontProduct> {
  const product = await caller.call("catalog.get", { idOrSlug });
  const skus = product.variants.map(({ sku }) => sku);
  const options = { timeout: PART_TIMEOUT_MS };
  const parts = new Parts(logger);
  const [availability, related] = await Promise.all([
    parts.ask("availability", caller.call("inventory.availability", { skus }, options)),
    parts.ask("related", relatedProducts(caller, product.id)),
  ]);
  return { product, availability, related, degraded: parts.degraded.sort() };
}

/** Found by search, told by the catalogue: what was archived a moment ago is left out. */
async function relatedProducts(caller: Caller, productId: string): Promise<Product[]> {
  const options = { timeout: PART_TIMEOUT_MS / 2 };
  const ids = await caller.call("search.related", { productId, limit: RELATED }, options);
  return ids.length > 0 ? caller.call("catalog.byIds", { ids }, options) : [];
}

/** A page of orders, each with its payment and shipment. */
export async function listOrders(
  caller: Caller,
  filter: Parameters<typeof caller.call<"orders.list">>[1],
  logger: Pick<Logger, "warn">,
): Promise<Orders> {
  const { items, nextCursor } = await caller.call("orders.list", filter);
  return { items: await complete(caller, items, logger), nextCursor };
}

/** One order, of `userId` when given: that of somebody else is not there. */
export async function findOrder(
  caller: Caller,
  filter: Parameters<typeof caller.call<"orders.find">>[1],
  logger: Pick<Logger, "warn">,
): Promise<Order> {
  const record = await caller.call("orders.find", filter);
  const [order] = await complete(caller, [record], logger);
  if (!order) throw new Error("an order in, none out");
  return order;
}

/** Adds payments and shipments to orders: one call each, however many orders there are. */
async function complete(
  caller: Caller,
  records: readonly OrderRecord[],
  logger: Pick<Logger, "warn">,
): Promise<Order[]> {
  if (records.length === 0) return [];
  const orderIds = records.map(({ id }) => id);
  const options = { timeout: PART_TIMEOUT_MS };
  const parts = new Parts(logger);
  const [payments, shipments] = await Promise.all([
    parts.ask("payment", caller.call("payments.ofOrders", { orderIds }, options)),
    parts.ask("shipment", caller.call("shipping.ofOrders", { orderIds }, options)),
  ]);
  const paymentOf = byOrder<Payment>(payments);
  const shipmentOf = byOrder<Shipment>(shipments);
  const degraded = parts.degraded.sort();
  return records.map(({ userId: _owner, paymentMethod: _method, dispatch: _parcel, ...order }) => ({
    ...order,
    payment: partOf(paymentOf.get(order.id)),
    shipment: partOf(shipmentOf.get(order.id)),
    degraded,
  }));
}

const byOrder = <P extends { readonly orderId: string }>(parts: readonly P[] | null) =>
  new Map((parts ?? []).map((part) => [part.orderId, part]));

/** The part without the id by which it was found; null when there is none yet. */
function partOf<P extends { readonly orderId: string }>(
  part: P | undefined,
): Omit<P, "orderId"> | null {
  if (!part) return null;
  const { orderId: _found, ...rest } = part;
  return rest;
}
