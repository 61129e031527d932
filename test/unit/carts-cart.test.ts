import { describe, expect, test } from "vitest";
import {
  afterOrder,
  dropSkus,
  emptied,
  isExpired,
  joined,
  MAX_LINES,
  newCart,
  seen,
  setLine,
  withCoupon,
  type Cart,
} from "../../services/carts/domain/cart";

const NOW = "2026-05-01T12:00:00.000Z";
const LATER = "2026-05-01T12:00:01.000Z";
const after = (ms: number) => Date.parse(NOW) + ms;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const cart = (lines: Record<string, number> = {}, fields: Partial<Cart> = {}): Cart => ({
  ...newCart("c1", "u1", NOW),
  lines: Object.entries(lines).map(([sku, quantity]) => ({ sku, quantity })),
  ...fields,
});
const linesOf = ({ lines }: Cart) => Object.fromEntries(lines.map((l) => [l.sku, l.quantity]));

describe("a line", () => {
  test("is added at the end, changed in place, and taken out with 0", () => {
    const one = setLine(cart({ A: 1, B: 2 }), { sku: "C", quantity: 3 }, NOW);
    const two = setLine(one, { sku: "A", quantity: 5 }, NOW);
    const three = setLine(two, { sku: "B", quantity: 0 }, NOW);
    expect(two.lines.map((line) => line.sku)).toEqual(["A", "B", "C"]);
    expect(linesOf(three)).toEqual({ A: 5, C: 3 });
  });

  test("that is as asked for changes nothing, nor does removing what is not there", () => {
    const same = cart({ A: 1 });
    expect(setLine(same, { sku: "A", quantity: 1 }, LATER)).toBe(same);
    expect(setLine(same, { sku: "B", quantity: 0 }, LATER)).toBe(same);
    expect(dropSkus(same, ["B"], LATER)).toBe(same);
    expect(emptied(cart(), LATER)).toEqual(cart());
  });

  test("finds no room in a full cart, but can be changed there", () => {
    const skus = Array.from({ length: MAX_LINES }, (_, n) => [`S${n}`, 1]);
    const full = cart(Object.fromEntries(skus) as Record<string, number>);
    expect(() => setLine(full, { sku: "ONE-MORE", quantity: 1 }, NOW)).toThrow(
      expect.objectContaining({
        message: expect.stringContaining("at most 100") as string,
        data: { errors: [expect.objectContaining({ path: "/items" })] },
      }) as Error,
    );
    expect(linesOf(setLine(full, { sku: "S0", quantity: 9 }, NOW)).S0).toBe(9);
  });
});

describe("a version", () => {
  test("rises with each change, also when the clock stands still or goes back", () => {
    const one = setLine(cart(), { sku: "A", quantity: 1 }, LATER);
    const two = setLine(one, { sku: "A", quantity: 2 }, LATER);
    const three = withCoupon(two, "SAVE", NOW);
    expect(one.version).toBe(Date.parse(LATER));
    expect(two.version).toBe(one.version + 1);
    expect(three.version).toBe(two.version + 1);
  });
});

describe("joining a guest's cart", () => {
  test("sums quantities up to 99 and adds the other lines behind", () => {
    const both = joined(cart({ A: 60, B: 1 }), cart({ C: 2, A: 60 }), LATER);
    expect(both.lines).toEqual([
      { sku: "A", quantity: 99 },
      { sku: "B", quantity: 1 },
      { sku: "C", quantity: 2 },
    ]);
  });

  test("keeps the user's coupon, or takes the guest's", () => {
    const guest = cart({}, { coupon: "GUEST" });
    expect(joined(cart(), guest, LATER).coupon).toBe("GUEST");
    expect(joined(cart({}, { coupon: "OWN" }), guest, LATER).coupon).toBe("OWN");
  });

  test("of nothing changes nothing", () => {
    const own = cart({ A: 1 });
    expect(joined(own, cart(), LATER)).toBe(own);
  });
});

describe("an order", () => {
  const order = (orderId: string, items: Record<string, number>) => ({
    orderId,
    userId: "u1",
    items: Object.entries(items).map(([sku, quantity]) => ({ sku, quantity })),
  });

  test("takes out what was ordered and leaves what was added since", () => {
    const left = afterOrder(cart({ A: 5, B: 2 }), order("o1", { A: 3, B: 2 }), LATER);
    expect(linesOf(left)).toEqual({ A: 2 });
  });

  test("counts once, however often it is told", () => {
    const once = afterOrder(cart({ A: 5 }), order("o1", { A: 2 }), LATER);
    expect(afterOrder(once, order("o1", { A: 2 }), LATER)).toBe(once);
  });

  test("takes the coupon with it", () => {
    const left = afterOrder(cart({ A: 1 }, { coupon: "SAVE" }), order("o1", { A: 1 }), LATER);
    expect(left.coupon).toBeNull();
  });

  test("that finds nothing to take is remembered and changes no version", () => {
    const left = afterOrder(cart({ B: 1 }), order("o1", { A: 1 }), LATER);
    expect(left).toEqual(cart({ B: 1 }, { applied: ["o1"] }));
  });

  test("of somebody else's cart takes nothing", () => {
    const other = cart({ A: 1 }, { userId: "u2" });
    expect(afterOrder(other, order("o1", { A: 1 }), LATER)).toBe(other);
  });

  test("from before the last twenty is old news", () => {
    const id = (n: number) => `o${String(n).padStart(3, "0")}`;
    let many = cart({ A: 99 });
    for (let n = 10; n < 40; n++) many = afterOrder(many, order(id(n), { A: 1 }), LATER);
    expect(linesOf(many)).toEqual({ A: 69 });
    expect(many.applied).toHaveLength(20);
    expect(afterOrder(many, order(id(10), { A: 1 }), LATER)).toBe(many);
    expect(linesOf(afterOrder(many, order(id(41), { A: 1 }), LATER))).toEqual({ A: 68 });
  });
});

describe("a guest's cart", () => {
  const guest = (lines: Record<string, number>) => cart(lines, { userId: null });

  test("ends 30 days after its last use, an empty one after an hour", () => {
    expect(isExpired(guest({ A: 1 }), after(30 * DAY))).toBe(false);
    expect(isExpired(guest({ A: 1 }), after(30 * DAY + 1))).toBe(true);
    expect(isExpired(guest({}), after(HOUR))).toBe(false);
    expect(isExpired(guest({}), after(HOUR + 1))).toBe(true);
  });

  test("lives on when it is looked at, which is noted once a day", () => {
    const nextDay = new Date(after(DAY)).toISOString();
    const used = seen(guest({ A: 1 }), nextDay);
    expect(used.seenAt).toBe(nextDay);
    expect(used.updatedAt).toBe(NOW);
    expect(seen(used, new Date(after(DAY + HOUR)).toISOString())).toBe(used);
  });

  test("is not that of a user, which never ends", () => {
    expect(isExpired(cart({}), after(1000 * DAY))).toBe(false);
  });
});
