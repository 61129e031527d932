import type { ServiceSchema } from "moleculer";
import type { Offer } from "../../contracts/catalog";
import type { SkuQuantity } from "../../contracts/common";

type Handler = (ctx: { params: Record<string, unknown> }) => unknown;

/** Stand-ins speak the contract's names, so the guard checks what they are asked and what they answer. */
export const published = (name: string, actions: Record<string, Handler>): ServiceSchema => ({
  name,
  actions: Object.fromEntries(
    Object.entries(actions).map(([action, handler]) => [
      action,
      { visibility: "published" as const, handler: (ctx) => handler(ctx as never) },
    ]),
  ),
});

export const PRODUCT_ID = "0190aaaa-0000-7000-8000-000000000001";

/** A catalogue that sells `prices` (minor units of EUR by SKU). */
export const catalogDouble = (prices: Readonly<Record<string, number>>): ServiceSchema =>
  published("catalog", {
    offers: ({ params }): Offer[] =>
      (params.skus as string[]).flatMap((sku) => {
        const amount = prices[sku];
        if (amount === undefined) return [];
        return {
          sku,
          productId: PRODUCT_ID,
          slug: sku.toLowerCase(),
          name: `Thing ${sku}`,
          price: { amount, currency: "EUR" },
          image: null,
        };
      }),
  });

/** A cart service in which every user has the same cart. */
export const cartsDouble = (lines: SkuQuantity[], version = 1): ServiceSchema =>
  published("carts", {
    linesOf: () => ({
      cartId: "0190aaaa-0000-7000-8000-0000000000ca",
      version,
      lines,
      coupon: null,
    }),
  });
