import type { Logger } from "moleculer";
import type { SandboxCharge } from "../../../contracts/payments";
import type { Money } from "../../../lib/money/money";
import type { ProviderCharge } from "../domain/provider-charge";

export interface ChargeRequest {
  readonly orderId: string;
  /** The provider makes at most one charge under a key, for ever. */
  readonly idempotencyKey: string;
  readonly amount: Money;
  /** A token of the provider; we never see a card. */
  readonly method: string;
}

export interface RefundRequest {
  readonly chargeId: string;
  readonly idempotencyKey: string;
  readonly amount: Money;
}

/** What a webhook claims. Only `orderId` is used, and only to know which charge to look up. */
export interface ProviderEvent {
  readonly id: string;
  readonly type: string;
  readonly orderId: string | null;
}

export interface WebhookRequest {
  /** The body exactly as it was signed. */
  readonly rawBody: string;
  /** Values of the signature headers, by provider. */
  readonly signatures: Readonly<Record<string, string | undefined>>;
}

export interface ChargeFilter {
  readonly orderId?: string;
  readonly cursor?: string;
  readonly limit: number;
}

export interface ChargeList {
  items: SandboxCharge[];
  nextCursor: string | null;
}

/** What a provider is given when the service starts. */
export interface ProviderHost {
  readonly logger: Pick<Logger, "info" | "warn" | "error">;
  /** Hands a webhook to the shop as its gateway would; rejects when the shop does not take it. */
  deliverWebhook(rawBody: string, signature: string): Promise<void>;
}

/**
 * The port behind which a payment provider stands. An answer is definite; whatever is thrown means
 * that the outcome is not known, and that the same key has to be asked for again. Each call gives up
 * when its signal aborts. Nothing here may be called inside a transaction.
 */
export interface PaymentProvider {
  readonly name: string;
  start(host: ProviderHost): Promise<void>;
  stop(): Promise<void>;
  /** Charges, or tells of the charge that the key already made. */
  charge(request: ChargeRequest, signal: AbortSignal): Promise<ProviderCharge>;
  /**
   * Makes sure that nothing will be charged under the key from now on: a charge that succeeded stays
   * and is told of, any other answers as failed with `VOIDED` or its own reason. One that is out of
   * the provider's hands is still `processing`, and has to be asked for again.
   */
  voidCharge(request: ChargeRequest, signal: AbortSignal): Promise<ProviderCharge>;
  /** The charge that the key made, if it did; never charges. */
  findCharge(request: ChargeRequest, signal: AbortSignal): Promise<ProviderCharge | null>;
  /** Gives money back; resolves with the provider's id of the refund once that is certain. */
  refund(request: RefundRequest, signal: AbortSignal): Promise<string>;
  /**
   * The event of a webhook. Throws WEBHOOK_SIGNATURE_INVALID for a bad or stale signature, and
   * MALFORMED_JSON or VALIDATION_FAILED for a well-signed body that is no event.
   */
  verifyWebhook(request: WebhookRequest): Promise<ProviderEvent>;
  /** The provider's own ledger, newest first; only providers for tests can show it. */
  listCharges?(filter: ChargeFilter): Promise<ChargeList>;
  /** All charges of some orders; missing where a provider cannot be asked for so many. */
  chargesOf?(orderIds: readonly string[]): Promise<SandboxCharge[]>;
  /** Orders placed within the last hour that it has charges of: sorted ids behind `after`. */
  chargedOrders?(after: string, limit: number): Promise<string[]>;
}
