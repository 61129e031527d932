import { afterAll, beforeAll, expect, test } from "vitest";
import type { OrderRecord } from "../../contracts/orders";
import { fail } from "../../contracts/errors";
import { newId } from "../../lib/ids";
import { accessTokenSigner, newPrivateKey } from "../../lib/mesh/access-token";
import { published } from "../support/doubles";
import { startTestShop, type TestShop } from "../support/shop";

const eur = (amount: number) => ({ amount, currency: "EUR" });
const owner = newId();
let status: OrderRecord["status"] = "confirmed";
let shop: TestShop;
let get: (path: string, user: string, ...roles: string[]) => Promise<Response>;

const orders = published("orders", {
  find: ({ params: { id, userId } }): OrderRecord => {
    if (userId !== undefined && userId !== owner) throw fail("NOT_FOUND");
    const at = "2026-03-01T10:00:00.000Z";
    const [zero, total] = [eur(0), eur(100)];
    return {
      ...{ id: String(id), number: "S-7K2M-4QXD", status, userId: owner, paymentMethod: "pm" },
      items: [
        {
          ...{ sku: "A-1", productId: newId(), name: "Lamp", quantity: 1 },
          ...{ unitPrice: total, lineTotal: total },
        },
      ],
      ...{ subtotal: total, discount: zero, shipping: zero, tax: zero, total },
      shippingAddress: { name: "A", line1: "B", city: "C", postalCode: "1", country: "DE" },
      ...{ createdAt: at, updatedAt: at },
    };
  },
});

beforeAll(async () => {
  const tokens = await accessTokenSigner(newPrivateKey());
  const users = published("users", { jwks: () => tokens.keySet });
  shop = await startTestShop({ services: ["gateway", "reports"], doubles: [users, orders] });
  get = async (path, id, ...roles) =>
    fetch(`${shop.url}/api/v1${path}`, {
      headers: { authorization: `Bearer ${await tokens.sign({ id, roles })}` },
    });
});

afterAll(() => shop.stop());

test("an owner and an admin get the invoice as a file with a name", async () => {
  for (const answer of [
    await get(`/orders/${newId()}/invoice`, owner, "customer"),
    await get(`/admin/orders/${newId()}/invoice`, newId(), "admin"),
  ]) {
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("application/pdf");
    expect(answer.headers.get("content-disposition")).toBe(
      'attachment; filename="invoice-S-7K2M-4QXD.pdf"',
    );
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect(bytes.length).toBe(Number(answer.headers.get("content-length")));
    expect(bytes.subarray(0, 5).toString()).toBe("%PDF-");
    expect(bytes.subarray(-6).toString()).toContain("%%EOF");
  }
});

test("nobody else does", async () => {
  const other = await get(`/orders/${newId()}/invoice`, newId(), "customer");
  expect(other.status).toBe(404);
  const customer = await get(`/admin/orders/${newId()}/invoice`, owner, "customer");
  expect(customer.status).toBe(403);
});

test.each(["pending", "cancelled"] as const)("a %s order has none", async (now) => {
  status = now;
  const answer = await get(`/orders/${newId()}/invoice`, owner, "customer");
  expect(answer.status).toBe(409);
  expect(await answer.json()).toMatchObject({ code: "INVALID_TRANSITION" });
});
