/** How the sandbox treats a charge, by its payment method. */
export interface TestMethod {
  readonly result: "succeeded" | "failed";
  readonly failureCode?: string;
  /** The charge is made at once, but the answer comes this much later. */
  readonly answersAfterMs?: number;
  /** The charge is made, but whoever made it is not told; the next one who asks is. */
  readonly losesFirstAnswer?: boolean;
  /** So many requests end in a 500, before anything is charged. */
  readonly failsFirst?: number;
  /** The charge stays `processing` for so long; then a webhook tells how it ended. */
  readonly settlesAfterMs?: number;
}

const DECLINED = { result: "failed", failureCode: "card_declined" } as const;
const SUCCEEDS = { result: "succeeded" } as const;

const methods: ReadonlyMap<string, TestMethod> = new Map<string, TestMethod>([
  ["pm_card_visa", SUCCEEDS],
  ["pm_card_chargeDeclined", DECLINED],
  ["pm_card_insufficientFunds", { result: "failed", failureCode: "insufficient_funds" }],
  ["pm_card_slow", { ...SUCCEEDS, answersAfterMs: 3_000 }],
  ["pm_card_timeout", { ...SUCCEEDS, losesFirstAnswer: true }],
  ["pm_card_serverError", { ...SUCCEEDS, failsFirst: 2 }],
  ["pm_card_webhook", { ...SUCCEEDS, settlesAfterMs: 1_000 }],
  ["pm_card_webhookDeclined", { ...DECLINED, settlesAfterMs: 1_000 }],
]);

const UNKNOWN: TestMethod = { result: "failed", failureCode: "unknown_payment_method" };

/** A method that nobody knows is declined. */
export const testMethod = (name: string): TestMethod => methods.get(name) ?? UNKNOWN;
