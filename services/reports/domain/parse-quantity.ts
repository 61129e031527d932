import type { Parsed } from "./imported-product";
import { quoted } from "./plain-text";

/** What inventory holds of one SKU at most; above it stands a typing error. */
const MAX_QUANTITY = 1_000_000;

export interface Quantity {
  /** Absent: the shop does not count this variant. */
  quantity?: number;
  /** What the merchant should know although the variant is good. */
  warning?: string;
}

/**
 * Stock of a variant. Shopify goes below zero when a shop sells more than it has. We cannot hold
 * less than nothing, and dropping the variant would hide a product that exists, so it becomes 0
 * and is reported.
 */
export function parseQuantity(text: string): Parsed<Quantity> {
  const trimmed = text.trim();
  if (trimmed === "") return { value: {} };
  if (!/^-?\d+$/.test(trimmed)) return { fault: `${quoted(text)} is not a whole number` };
  const quantity = Number(trimmed);
  if (quantity > MAX_QUANTITY) return { fault: `${quoted(text)} is too large` };
  if (quantity < 0) {
    return { value: { quantity: 0, warning: `${quoted(text)} is negative; imported as 0` } };
  }
  // Not `quantity` itself: "-0" is a zero too, and JSON and Object.is tell the two apart.
  return { value: { quantity: Math.abs(quantity) } };
}
