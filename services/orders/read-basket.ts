import { MAX_QUANTITY, type PostalAddress, type SkuQuantity } from "../../contracts/common";
import { fail, invalidField } from "../../contracts/errors";
import type { orders } from "../../contracts/orders";
import type { Ctx } from "../../lib/mesh/types";
import type { OfferDesk } from "./ask-offers";
import { mergeLines, priceBasket, type Basket } from "./domain/price-order";
import type { NewOrder } from "./store/checkout-store";

export type PlaceCtx = Ctx<(typeof orders)["actions"]["place"]>;

interface Asked {
  readonly lines: SkuQuantity[];
  readonly cart: NewOrder["cart"];
  /** The code that stands in the cart. */
  readonly coupon: string | null;
}

/** What is ordered: the request's own items, or what stands in the user's cart. */
export async function basketOf(ctx: PlaceCtx): Promise<Asked> {
  if (ctx.params.items) {
    return { lines: checkedLines(ctx.params.items), cart: null, coupon: null };
  }
  const asked = await ctx.call("carts.linesOf", { userId: ctx.user.id });
  const { cartId, version, lines, coupon } = asked;
  return { lines: checkedLines(lines), cart: cartId ? { id: cartId, version } : null, coupon };
}

function checkedLines(lines: readonly SkuQuantity[]): SkuQuantity[] {
  const merged = mergeLines(lines);
  if (merged.length === 0) throw fail("CART_EMPTY");
  const tooMany = merged.find((line) => line.quantity > MAX_QUANTITY);
  if (tooMany) throw invalidField("/items", `at most ${MAX_QUANTITY} of ${tooMany.sku}`);
  return merged;
}

/** Where it goes: an address of the request, or one of the user's. */
export async function addressOf(ctx: PlaceCtx): Promise<PostalAddress> {
  const { shippingAddress, shippingAddressId } = ctx.params;
  if (shippingAddress && shippingAddressId) {
    throw invalidField("/shippingAddressId", "give either an address or the id of one, not both");
  }
  if (shippingAddress) return shippingAddress;
  if (!shippingAddressId) throw invalidField("/shippingAddress", "is required");
  return ctx.call("users.addressOf", { userId: ctx.user.id, id: shippingAddressId });
}

/** The lines at the catalogue's prices of now; a client never sets one. */
export async function price(
  ctx: PlaceCtx,
  offersOf: OfferDesk,
  lines: readonly SkuQuantity[],
): Promise<Basket> {
  const offers = await offersOf.ask(
    ctx,
    lines.map((line) => line.sku),
  );
  const priced = priceBasket(lines, offers);
  if (!("fault" in priced)) return priced;
  switch (priced.fault) {
    case "unknown-sku":
      throw fail("SKU_NOT_FOUND", `no SKU ${priced.sku} is sold`);
    case "mixed-currencies":
      throw invalidField("/items", `one order cannot mix ${priced.currencies.join(" and ")}`);
    default:
      return priced satisfies never;
  }
}
