import { randomUUID } from "node:crypto";
import type { Order } from "../../contracts/orders";
import type { StockLevel } from "../../contracts/inventory";
import type { SandboxCharge } from "../../contracts/payments";
import { eventually } from "./eventually";

export interface Answer<T = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

const FINAL = ["cancelled", "refunded", "delivered"];
const PASSWORD = "correct horse battery";

/** What a shop is started with to have its admin. */
export const ADMIN = { ADMIN_EMAIL: "admin@example.com", ADMIN_PASSWORD: "an admin's password" };

export const address = {
  name: "Ada Lovelace",
  line1: "Marktgasse 1",
  city: "Wien",
  postalCode: "1010",
  country: "AT",
};

/** An HTTP client of the shop, as somebody outside the project would write one. */
export class Client {
  constructor(
    readonly base: string,
    readonly token: string | null = null,
  ) {}

  async request<T = unknown>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const response = await fetch(`${this.base}${path.startsWith("/api") ? "" : "/api/v1"}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = /json/.test(response.headers.get("content-type") ?? "");
    // What a test expects of a body is the type it names; a wrong body fails its assertions.
    const parsed = (json && text ? JSON.parse(text) : text) as T;
    return { status: response.status, headers: response.headers, body: parsed };
  }

  get = <T>(path: string, headers?: Record<string, string>) =>
    this.request<T>("GET", path, undefined, headers);
  post = <T>(path: string, body?: unknown, headers?: Record<string, string>) =>
    this.request<T>("POST", path, body, headers);
  put = <T>(path: string, body: unknown) => this.request<T>("PUT", path, body);

  /** A new account, signed in. */
  async register(): Promise<Client> {
    const email = `${randomUUID()}@example.com`;
    const answer = await this.post<{ accessToken: string }>("/auth/register", {
      email,
      password: PASSWORD,
      name: "Ada Lovelace",
    });
    if (answer.status !== 201) throw new Error(`register: ${JSON.stringify(answer.body)}`);
    return new Client(this.base, answer.body.accessToken);
  }

  async login(email: string, password: string): Promise<Client> {
    const answer = await this.post<{ accessToken: string }>("/auth/login", { email, password });
    if (answer.status !== 200) throw new Error(`login: ${JSON.stringify(answer.body)}`);
    return new Client(this.base, answer.body.accessToken);
  }

  order(
    items: { sku: string; quantity: number }[],
    paymentMethod = "pm_card_visa",
    key: string = randomUUID(),
  ): Promise<Answer<Order>> {
    const body = { items, paymentMethod, shippingAddress: address };
    return this.post<Order>("/orders", body, { "idempotency-key": key });
  }

  /** What stands in the cart. */
  orderCart(key: string = randomUUID()): Promise<Answer<Order>> {
    const body = { paymentMethod: "pm_card_visa", shippingAddress: address };
    return this.post<Order>("/orders", body, { "idempotency-key": key });
  }

  /** Waits until an order has one of the statuses; fails at once when it ended in another. */
  until(id: string, ...statuses: Order["status"][]): Promise<Order> {
    return eventually(
      async () => {
        const { status, body } = await this.get<Order>(`/orders/${id}`);
        if (status !== 200) throw new Error(`order ${id}: ${status}`);
        if (statuses.includes(body.status)) return body;
        if (FINAL.includes(body.status)) {
          throw new Error(`order ${id} ended as ${body.status} ${body.cancelReason ?? ""}`);
        }
        return undefined;
      },
      { timeoutMs: 30_000, what: `order ${id} to be ${statuses.join(" or ")}` },
    );
  }
}

/** What only an admin may see and do. */
export class AdminClient extends Client {
  static async signIn(base: string, admin = ADMIN): Promise<AdminClient> {
    const { token } = await new Client(base).login(admin.ADMIN_EMAIL, admin.ADMIN_PASSWORD);
    return new AdminClient(base, token);
  }

  async sell(sku: string, amount: number, onHand: number): Promise<void> {
    const slug = sku.toLowerCase();
    const variants = [{ sku, price: { amount, currency: "EUR" } }];
    const made = await this.post("/admin/products", { slug, name: `Thing ${sku}`, variants });
    if (made.status !== 201) throw new Error(`create: ${JSON.stringify(made.body)}`);
    const counted = await this.put(`/admin/inventory/${sku}`, { onHand });
    if (counted.status !== 200) throw new Error(`count: ${JSON.stringify(counted.body)}`);
  }

  async stock(sku: string): Promise<StockLevel> {
    return (await this.get<StockLevel>(`/admin/inventory/${sku}`)).body;
  }

  /** The provider's own ledger for an order. */
  async charges(orderId: string): Promise<SandboxCharge[]> {
    const { body } = await this.get<{ items: SandboxCharge[] }>(
      `/admin/sandbox/charges?orderId=${orderId}`,
    );
    return body.items;
  }

  /** What the provider keeps of an order's money, in minor units. */
  async netCharged(orderId: string): Promise<number> {
    const charges = await this.charges(orderId);
    return charges
      .filter((charge) => charge.status === "succeeded")
      .reduce((sum, charge) => sum + charge.amount.amount - charge.refunded.amount, 0);
  }
}
