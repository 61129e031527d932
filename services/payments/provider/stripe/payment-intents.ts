import { madeAt } from "../../../../lib/ids";
import type { ChargeRequest } from "../payment-provider";
import {
  foundIntents,
  paymentIntent,
  stageOf,
  type PaymentIntent,
  type Stage,
} from "./payment-intent";
import { StripeError, underKey, type StripeApi } from "./stripe-api";

const INTENTS = "/v1/payment_intents";
/** Stripe forgets a key after 24 hours at the earliest; an hour is for clocks and slow calls. */
const KEY_IS_KNOWN_MS = 23 * 3_600_000;

interface Step {
  readonly name: "confirm" | "cancel";
  readonly fields: Readonly<Record<string, string>>;
  readonly idempotencyKey?: string;
  /** Where it leads to; an intent that is there needs no more of it. */
  readonly leadsTo: readonly Stage[];
}

/** The one PaymentIntent of each key. Stripe charges an intent once at most, whatever is asked of it. */
export class PaymentIntents {
  readonly #api: StripeApi;

  constructor(api: StripeApi) {
    this.#api = api;
  }

  /** The key's intent as it stands; one that charges nothing is made where there was none. */
  async of(request: ChargeRequest, signal: AbortSignal): Promise<PaymentIntent> {
    const known = isYoung(request) ? undefined : await this.#search(request, signal);
    return known ? this.#read(known.id, signal) : this.#create(request, signal);
  }

  /** Charges; an intent whose bank wants to see the customer is cancelled. */
  async confirm(
    { id }: PaymentIntent,
    { idempotencyKey: key, method }: ChargeRequest,
    signal: AbortSignal,
  ): Promise<PaymentIntent> {
    return underKey(`${key}:confirm`, (idempotencyKey) => {
      const leadsTo = ["awaits_customer", "processing", "succeeded", "failed"] as const;
      const fields = { payment_method: method };
      return this.#step(id, { name: "confirm", fields, idempotencyKey, leadsTo }, signal);
    });
  }

  /** Ends an intent; one that Stripe cannot stop any more is answered as it is. */
  cancel(
    { id }: PaymentIntent,
    reason: "abandoned" | "requested_by_customer",
    signal: AbortSignal,
  ): Promise<PaymentIntent> {
    const leadsTo = ["processing", "succeeded", "failed"] as const;
    const fields = { cancellation_reason: reason };
    return this.#step(id, { name: "cancel", fields, leadsTo }, signal);
  }

  /** What Stripe refuses, or has answered before, may be over and done: then the intent tells how. */
  async #step(
    id: string,
    { name, fields, idempotencyKey, leadsTo }: Step,
    signal: AbortSignal,
  ): Promise<PaymentIntent> {
    const path = `${INTENTS}/${id}/${name}`;
    const key = idempotencyKey === undefined ? {} : { idempotencyKey };
    try {
      const call = { method: "POST", path, fields, ...key, signal } as const;
      const { value, replayed } = await this.#api.ask(call, paymentIntent);
      return replayed ? await this.#read(id, signal) : value;
    } catch (error) {
      if (!(error instanceof StripeError)) throw error;
      const intent = await this.#read(id, signal);
      if (leadsTo.includes(stageOf(intent))) return intent;
      throw error;
    }
  }

  async #read(id: string, signal: AbortSignal): Promise<PaymentIntent> {
    const path = `${INTENTS}/${encodeURIComponent(id)}`;
    return (await this.#api.ask({ method: "GET", path, signal }, paymentIntent)).value;
  }

  /** Asked without the payment method: there is an intent to cancel even for one that does not exist. */
  async #create(
    { orderId, idempotencyKey: key, amount }: ChargeRequest,
    signal: AbortSignal,
  ): Promise<PaymentIntent> {
    const fields = {
      amount: String(amount.amount),
      currency: amount.currency.toLowerCase(),
      "automatic_payment_methods[enabled]": "true",
      "automatic_payment_methods[allow_redirects]": "never",
      "metadata[order_id]": orderId,
      "metadata[key]": key,
    };
    return underKey(key, async (idempotencyKey) => {
      const call = { method: "POST", path: INTENTS, fields, idempotencyKey, signal } as const;
      const { value, replayed } = await this.#api.ask(call, paymentIntent);
      return replayed ? this.#read(value.id, signal) : value;
    });
  }

  /** For keys that Stripe may have forgotten. It finds what is a minute old; an hour, on bad days. */
  async #search(
    { idempotencyKey }: ChargeRequest,
    signal: AbortSignal,
  ): Promise<PaymentIntent | undefined> {
    const fields = { query: `metadata['key']:'${idempotencyKey.replaceAll(/['\\]/g, "\\$&")}'` };
    const call = { method: "GET", path: `${INTENTS}/search`, fields, signal } as const;
    const { data } = (await this.#api.ask(call, foundIntents)).value;
    // Beside the one that was used there may be one that Stripe made and then failed to tell of.
    return data.find((intent) => stageOf(intent) !== "new") ?? data[0];
  }
}

/** A key is no older than its order. */
const isYoung = ({ orderId }: ChargeRequest): boolean =>
  Date.now() - madeAt(orderId) < KEY_IS_KNOWN_MS;
