import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { newId } from "../../lib/ids";
import { signWebhook } from "../../services/payments/provider/webhook-signature";
import { Refusal, StripeAccount, type Fields } from "./stripe-account";

export const STRIPE_KEY = "sk_test_51NothingThatIsReal";
export const STRIPE_WEBHOOK_SECRET = "whsec_nothing_that_is_real";

/** What goes wrong with a request. */
export type StripeFault =
  /** It is done, and its answer never comes. */
  | "answer_lost"
  /** It is not done; its 500 is saved under the key. */
  | "saved_500"
  /** It is done all the same; its 500 is saved under the key. */
  | "done_but_500"
  /** Turned away before it began: nothing is done, nothing saved. */
  | "unavailable"
  | "rate_limited"
  /** It is done, and a proxy answers in its own words. */
  | "garbled"
  /** It is done, half a second later. */
  | "slow";

export interface StripeServer {
  readonly account: StripeAccount;
  /** For a shop that takes its money here. */
  readonly env: Readonly<Record<string, string>>;
  /** `POST /v1/refunds` and the like, in the order in which they came. */
  readonly requests: string[];
  /** What goes wrong with a request; asked for each. */
  faultOf: (request: string) => StripeFault | undefined;
  /** Once, with the next request of that kind. */
  faultOnce(request: RegExp, fault: StripeFault): void;
  /** As Stripe does after a day. */
  forgetKeys(): void;
  stop(): Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly body: string;
}

const errorReply = (status: number, type: string, details: object = {}): Reply => ({
  status,
  body: JSON.stringify({ error: { type, message: "of Stripe", ...details } }),
});

function replyOf(work: () => unknown): Reply {
  try {
    return { status: 200, body: JSON.stringify(work()) };
  } catch (error) {
    if (error instanceof Refusal) return errorReply(error.status, error.type, error.details);
    throw error;
  }
}

/** Stripe's API over HTTP, as far as a shop uses it, in memory: keys, states and limits as Stripe has them. */
export async function startStripeServer(): Promise<StripeServer> {
  const account = new StripeAccount();
  const saved = new Map<string, { readonly of: string; reply: Reply | null }>();
  const requests: string[] = [];
  const once: { request: RegExp; fault: StripeFault }[] = [];

  async function perform(request: string, fields: Fields, fault?: StripeFault): Promise<Reply> {
    if (fault === "saved_500") return errorReply(500, "api_error");
    if (fault === "slow") await sleep(500);
    const reply = replyOf(() => route(account, request, fields));
    return fault === "done_but_500" ? errorReply(500, "api_error") : reply;
  }

  async function answer(
    { headers }: IncomingMessage,
    request: string,
    body: string,
    fault?: StripeFault,
  ): Promise<Reply & { readonly replayed?: boolean }> {
    if (headers.authorization !== `Bearer ${STRIPE_KEY}` || !headers["stripe-version"]) {
      return errorReply(401, "invalid_request_error");
    }
    if (fault === "rate_limited") return errorReply(429, "invalid_request_error");
    if (fault === "unavailable") return errorReply(503, "api_error");
    const fields = Object.fromEntries(new URLSearchParams(body));
    const key = headers["idempotency-key"];
    if (typeof key !== "string") return perform(request, fields, fault);
    const known = saved.get(key);
    if (known && known.of !== `${request} ${body}`) return errorReply(400, "idempotency_error");
    if (known && !known.reply) {
      return errorReply(409, "idempotency_error", { code: "idempotency_key_in_use" });
    }
    if (known?.reply) return { ...known.reply, replayed: true };
    const entry: { of: string; reply: Reply | null } = { of: `${request} ${body}`, reply: null };
    saved.set(key, entry);
    entry.reply = await perform(request, fields, fault);
    return entry.reply;
  }

  const stripe: Pick<StripeServer, "faultOf"> = {
    faultOf: (request) => {
      const at = once.findIndex((one) => one.request.test(request));
      return at < 0 ? undefined : once.splice(at, 1)[0]?.fault;
    },
  };

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = "", query = ""] = (incoming.url ?? "").split("?");
    const request = `${incoming.method} ${path}`;
    requests.push(request);
    const body = incoming.method === "GET" ? query : await text(incoming);
    const fault = stripe.faultOf(request);
    const { status, body: reply, replayed } = await answer(incoming, request, body, fault);
    if (fault === "answer_lost") return void incoming.socket.destroy();
    const headers = { "request-id": `req_${requests.length}` };
    response.writeHead(status, replayed ? { ...headers, "idempotent-replayed": "true" } : headers);
    response.end(fault === "garbled" ? "<html>Bad gateway</html>" : reply);
  }

  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A TCP server's address is never a pipe's name.
  const { port } = server.address() as AddressInfo;
  return Object.assign(stripe, {
    account,
    requests,
    env: {
      PAYMENT_PROVIDER: "stripe",
      STRIPE_SECRET_KEY: STRIPE_KEY,
      STRIPE_WEBHOOK_SECRET,
      STRIPE_API_BASE: `http://127.0.0.1:${port}`,
    },
    faultOnce: (request: RegExp, fault: StripeFault) => void once.push({ request, fault }),
    forgetKeys: () => saved.clear(),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

function route(account: StripeAccount, request: string, fields: Fields): unknown {
  const [, id = "", step] = / \/v1\/payment_intents\/([^/]+)(?:\/(\w+))?$/.exec(request) ?? [];
  if (request === "POST /v1/payment_intents") return account.createIntent(fields);
  if (request === "GET /v1/payment_intents/search") return { data: account.search(fields) };
  if (request === "POST /v1/refunds") return account.refund(fields);
  if (request === "GET /v1/refunds") {
    return { data: account.refundsOf(fields.payment_intent ?? "").reverse() };
  }
  if (id && step === "confirm") return account.confirm(id, fields);
  if (id && step === "cancel") return account.cancel(id, fields);
  if (id && request.startsWith("GET ")) return account.intent(id);
  throw new Refusal(404, "invalid_request_error");
}

/** A webhook of Stripe's, and the header that signs it. */
export function stripeWebhook(
  type: string,
  object: object,
  { secret = STRIPE_WEBHOOK_SECRET, at = Math.floor(Date.now() / 1000) } = {},
): { rawBody: string; signature: string } {
  const event = { id: `evt_${newId()}`, object: "event", type, created: at, data: { object } };
  const rawBody = JSON.stringify(event);
  return { rawBody, signature: signWebhook(secret, rawBody, at) };
}
