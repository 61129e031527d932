import type { StripeConfig } from "../../../../config/payments";
import { fail } from "../../../../contracts/errors";
import type { ProviderCharge } from "../../domain/provider-charge";
import type {
  ChargeRequest,
  PaymentProvider,
  ProviderEvent,
  ProviderHost,
  RefundRequest,
  WebhookRequest,
} from "../payment-provider";
import { isSignedWebhook } from "../webhook-signature";
import { ABSENT, stageOf, toCharge, type PaymentIntent } from "./payment-intent";
import { PaymentIntents } from "./payment-intents";
import { makeRefund } from "./make-refund";
import { StripeApi, StripeError } from "./stripe-api";
import { parseStripeEvent } from "./webhook-event";

/** Stripe counts these in other minor units than ISO 4217, and so than we do. */
const COUNTED_OTHERWISE = new Set(["ISK", "MGA", "UGX"]);

/**
 * Stripe (ADR 17). It forgets keys after a day and repeats old answers, so that what counts is the
 * PaymentIntent which a key made. It cannot be asked for the charges of many orders.
 */
export class StripeProvider implements PaymentProvider {
  readonly name = "stripe";
  readonly #api: StripeApi;
  readonly #intents: PaymentIntents;
  readonly #webhookSecrets: readonly string[];
  #host: ProviderHost | null = null;

  constructor(access: StripeConfig) {
    this.#api = new StripeApi(access);
    this.#intents = new PaymentIntents(this.#api);
    this.#webhookSecrets = access.webhookSecrets;
  }

  async start(host: ProviderHost): Promise<void> {
    this.#host = host;
  }

  async stop(): Promise<void> {
    // Nothing is held open, and calls in hand have their own deadlines.
  }

  async charge(request: ChargeRequest, signal: AbortSignal): Promise<ProviderCharge> {
    const charge = await answer(request, async () => {
      let intent = await this.#intents.of(request, signal);
      if (stageOf(intent) === "new") intent = await this.#intents.confirm(intent, request, signal);
      if (stageOf(intent) !== "awaits_customer") return intent;
      return this.#intents.cancel(intent, ABSENT, signal);
    });
    return charge ?? notAsked(request);
  }

  async voidCharge(request: ChargeRequest, signal: AbortSignal): Promise<ProviderCharge> {
    const charge = await answer(request, async () => {
      const intent = await this.#intents.of(request, signal);
      if (["succeeded", "failed"].includes(stageOf(intent))) return intent;
      return this.#intents.cancel(intent, "requested_by_customer", signal);
    });
    return charge ?? notAsked(request);
  }

  findCharge(request: ChargeRequest, signal: AbortSignal): Promise<ProviderCharge | null> {
    return answer(request, () => this.#intents.of(request, signal));
  }

  refund(request: RefundRequest, signal: AbortSignal): Promise<string> {
    return makeRefund(this.#api, request, signal);
  }

  async verifyWebhook({ rawBody, signatures }: WebhookRequest): Promise<ProviderEvent> {
    const signature = signatures.stripe ?? "";
    const now = Math.floor(Date.now() / 1000);
    if (!isSignedWebhook(this.#webhookSecrets, { rawBody, signature }, now)) {
      throw fail("WEBHOOK_SIGNATURE_INVALID");
    }
    const { objectId, ...event } = parseStripeEvent(rawBody);
    if (event.type === "refund.failed") {
      this.#host?.logger.error(`Stripe could not make refund ${objectId}; somebody should look`);
    }
    return event;
  }
}

/** What Stripe says of a charge, once it is certain; null while nothing was asked of its intent. */
async function answer(
  request: ChargeRequest,
  intentOf: () => Promise<PaymentIntent>,
): Promise<ProviderCharge | null> {
  const { amount, currency } = request.amount;
  if (amount === 0) return withoutIntent(request, "succeeded", null);
  if (COUNTED_OTHERWISE.has(currency)) {
    return withoutIntent(request, "failed", "currency_not_supported");
  }
  try {
    return toCharge(await intentOf());
  } catch (error) {
    const code = error instanceof StripeError ? refusalCode(error) : null;
    if (code === null) throw error;
    return withoutIntent(request, "failed", code);
  }
}

/** Why Stripe refuses what the order itself says, and always will; null for any other error. */
function refusalCode({ status, code, param }: StripeError): string | null {
  if (status !== 400 && status !== 404) return null;
  if (param === "payment_method" && code === "resource_missing") return "unknown_payment_method";
  const isOfOrder = param === "payment_method" || param === "amount" || param === "currency";
  return isOfOrder ? (code ?? `invalid_${param}`) : null;
}

const withoutIntent = (
  { orderId, idempotencyKey, amount }: ChargeRequest,
  status: "succeeded" | "failed",
  failureCode: string | null,
): ProviderCharge => ({ id: idempotencyKey, orderId, amount, status, failureCode });

function notAsked({ idempotencyKey }: ChargeRequest): never {
  throw new Error(`Stripe did nothing under ${idempotencyKey}`);
}
