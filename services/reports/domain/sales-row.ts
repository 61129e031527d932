/** The parts of a report. The rows of each sum to the totals. */
export const SECTIONS = ["day", "product", "category", "total"] as const;

/**
 * A row of a sales report; amounts are in minor units of `currency`. What an order has once, and no
 * line of it, is null where rows are of products or categories.
 */
export interface SalesRow {
  readonly section: (typeof SECTIONS)[number];
  /** `2026-01-31`, UTC. */
  readonly day: string | null;
  readonly category: string | null;
  readonly sku: string | null;
  readonly product: string | null;
  readonly currency: string;
  readonly orders: number;
  readonly quantity: number;
  readonly gross: number;
  readonly discount: number;
  readonly net: number;
  readonly shipping: number | null;
  readonly tax: number | null;
  readonly total: number | null;
  readonly refunds: number | null;
}
