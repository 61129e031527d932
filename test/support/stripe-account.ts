import { newId } from "../../lib/ids";

/** Form fields by their names in brackets. */
export type Fields = Readonly<Record<string, string | undefined>>;

export interface Intent {
  readonly id: string;
  readonly object: "payment_intent";
  readonly amount: number;
  readonly currency: string;
  readonly metadata: Readonly<Record<string, string>>;
  status: string;
  cancellation_reason: string | null;
  last_payment_error: { code: string; decline_code: string | null } | null;
}

export interface Refund {
  readonly id: string;
  readonly object: "refund";
  readonly payment_intent: string;
  readonly amount: number;
  readonly metadata: Readonly<Record<string, string>>;
  status: string;
}

/** An error as Stripe's API tells it. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly type: string,
    readonly details: { code?: string; decline_code?: string | null; param?: string } = {},
  ) {
    super(`${status} ${type}`);
  }
}

const invalid = (code: string, param?: string): Refusal =>
  new Refusal(400, "invalid_request_error", { code, ...(param ? { param } : {}) });

const declines: Readonly<Record<string, { code: string; decline_code: string | null }>> = {
  pm_card_chargeDeclined: { code: "card_declined", decline_code: "generic_decline" },
  pm_card_chargeDeclinedStolenCard: { code: "card_declined", decline_code: "stolen_card" },
  pm_card_chargeDeclinedInsufficientFunds: {
    code: "card_declined",
    decline_code: "insufficient_funds",
  },
  pm_card_chargeDeclinedExpiredCard: { code: "expired_card", decline_code: null },
};
/** Of no real name: a bank that takes its time. */
export const PROCESSING = "pm_bank_processing";
const outcomes: Readonly<Record<string, string>> = {
  pm_card_visa: "succeeded",
  pm_card_authenticationRequired: "requires_action",
  [PROCESSING]: "processing",
};

const CONFIRMABLE = ["requires_payment_method", "requires_confirmation"];
const CANCELABLE = [...CONFIRMABLE, "requires_action"];

const metadataOf = (fields: Fields): Record<string, string> =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => {
      const key = /^metadata\[(\w+)\]$/.exec(name)?.[1];
      return key !== undefined && value !== undefined ? [[key, value]] : [];
    }),
  );

/** What a Stripe account holds, and its rules of what may follow what. */
export class StripeAccount {
  readonly intents = new Map<string, Intent>();
  readonly refunds = new Map<string, Refund>();
  /** What the next refunds become. */
  refundStatus = "succeeded";
  /** Whether search has caught up with all that happened. */
  searchIsCurrent = true;

  /** Intents of an order that took money. */
  charged(orderId: string): Intent[] {
    return this.ofOrder(orderId).filter(({ status }) => status === "succeeded");
  }

  ofOrder(orderId: string): Intent[] {
    return [...this.intents.values()].filter(({ metadata }) => metadata.order_id === orderId);
  }

  /** What is kept of an order's money. */
  net(orderId: string): number {
    const kept = this.charged(orderId).map(({ id, amount }) => amount - this.refunded(id));
    return kept.reduce((sum, amount) => sum + amount, 0);
  }

  refunded(intentId: string): number {
    return this.refundsOf(intentId)
      .filter(({ status }) => status === "succeeded" || status === "pending")
      .reduce((sum, { amount }) => sum + amount, 0);
  }

  refundsOf(intentId: string): Refund[] {
    return [...this.refunds.values()].filter((refund) => refund.payment_intent === intentId);
  }

  createIntent(fields: Fields): Intent {
    const amount = Number(fields.amount);
    if (!(amount >= 50)) throw invalid("amount_too_small", "amount");
    const intent: Intent = {
      id: `pi_${newId()}`,
      object: "payment_intent",
      amount,
      currency: fields.currency ?? "",
      metadata: metadataOf(fields),
      status: "requires_payment_method",
      cancellation_reason: null,
      last_payment_error: null,
    };
    this.intents.set(intent.id, intent);
    return intent;
  }

  confirm(id: string, { payment_method: method = "" }: Fields): Intent {
    const intent = this.intent(id);
    if (!CONFIRMABLE.includes(intent.status)) throw invalid("payment_intent_unexpected_state");
    const decline = declines[method];
    if (decline) {
      intent.last_payment_error = decline;
      intent.status = "requires_payment_method";
      throw new Refusal(402, "card_error", decline);
    }
    const status = outcomes[method];
    if (status === undefined) throw invalid("resource_missing", "payment_method");
    intent.status = status;
    intent.last_payment_error = null;
    return intent;
  }

  cancel(id: string, { cancellation_reason: reason }: Fields): Intent {
    const intent = this.intent(id);
    if (!CANCELABLE.includes(intent.status)) throw invalid("payment_intent_unexpected_state");
    intent.status = "canceled";
    intent.cancellation_reason = reason ?? null;
    return intent;
  }

  /** How a bank that took its time decided. */
  settle(intent: Intent, result: "succeeded" | "failed"): void {
    intent.status = result === "succeeded" ? result : "requires_payment_method";
    if (result === "failed") {
      intent.last_payment_error = { code: "payment_method_provider_decline", decline_code: null };
    }
  }

  refund(fields: Fields): Refund {
    const intent = this.intent(fields.payment_intent ?? "");
    if (intent.status !== "succeeded") throw invalid("payment_intent_unexpected_state");
    const amount = Number(fields.amount);
    const left = intent.amount - this.refunded(intent.id);
    if (left === 0) throw invalid("charge_already_refunded");
    if (amount > left) throw invalid("amount_too_large", "amount");
    const refund: Refund = {
      id: `re_${newId()}`,
      object: "refund",
      payment_intent: intent.id,
      amount,
      metadata: metadataOf(fields),
      status: this.refundStatus,
    };
    this.refunds.set(refund.id, refund);
    return refund;
  }

  /** Only `metadata['key']:'…'` is understood; it finds nothing while it is behind. */
  search({ query = "" }: Fields): Intent[] {
    const key = /^metadata\['key'\]:'([^']*)'$/.exec(query)?.[1];
    if (key === undefined) throw invalid("search_query_invalid", "query");
    if (!this.searchIsCurrent) return [];
    return [...this.intents.values()].filter(({ metadata }) => metadata.key === key).reverse();
  }

  intent(id: string): Intent {
    const intent = this.intents.get(id);
    if (!intent) throw new Refusal(404, "invalid_request_error", { code: "resource_missing" });
    return intent;
  }
}
