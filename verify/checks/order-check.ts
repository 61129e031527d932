import type { Claim } from "../check";
import type { OrderFacts } from "../facts/order-facts";

/** A claim about one order, judged by all that is known of it. */
export interface OrderCheck extends Claim {
  /** The rows that violate it; undefined when it holds. */
  readonly violatedBy: (facts: OrderFacts) => object | undefined;
}
