/** What is to go wrong, where, and how often. */
export interface Fault {
  /** The point's name; `*` stands for anything. */
  readonly point: string;
  readonly action: FaultAction;
  /** Only at the nth time that the point is reached; null: whenever `probability` says so. */
  readonly nth: number | null;
  readonly probability: number;
}

export type FaultAction =
  /** The process ends as by `kill -9`. */
  | { readonly kind: "kill9" }
  | { readonly kind: "throw" }
  /** Waits until it is released, or for ever. */
  | { readonly kind: "hang" }
  | { readonly kind: "delay"; readonly ms: number }
  /** At a consumer's `deliver`: each event comes three times, once of them late. */
  | { readonly kind: "dup" }
  /** At `publish`: events go out in windows of fifty, each in an order drawn by lot. */
  | { readonly kind: "shuffle" };

const PART =
  /^([a-z0-9_*]+(?:\.[a-z0-9_*]+)*)=(kill9|throw|hang|dup|shuffle|delay:(\d{1,6}))(?:@([1-9]\d{0,5})|%(0?\.\d+|1))?$/;

/**
 * Reads `name=kind`, with `@n` (the nth time only) or `%p` (with that probability), separated by
 * commas: `orders.handle.payment.completed.before_commit=kill9@1,payments.charge.before_call=delay:500%0.2`.
 * Throws an error that names the part which is wrong.
 */
export function parseFaults(text: string): Fault[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map(parseFault);
}

function parseFault(part: string): Fault {
  const [, point, kind, ms, nth, probability] = PART.exec(part) ?? [];
  if (point === undefined || kind === undefined) {
    throw new Error(
      `${part} is no fault: name=kill9|throw|hang|delay:ms|dup|shuffle, then @n or %probability`,
    );
  }
  return {
    point,
    action: actionOf(kind, Number(ms)),
    nth: nth === undefined ? null : Number(nth),
    probability: probability === undefined ? 1 : Number(probability),
  };
}

function actionOf(kind: string, ms: number): FaultAction {
  if (kind.startsWith("delay:")) return { kind: "delay", ms };
  // One of the alternatives of the pattern above.
  return { kind: kind as Exclude<FaultAction["kind"], "delay"> };
}
