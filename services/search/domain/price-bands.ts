/**
 * Where price bands begin, in minor units: 0, 10, 25, 50, 100 … of a currency with cents. Constant, so
 * that a product's band is known when it is indexed, and the same band is counted for everybody.
 */
const STARTS = [
  ...[0, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000],
  ...[1_000_000, 2_500_000, 5_000_000, 10_000_000],
];

export interface PriceBand {
  /** The lowest price in it. */
  readonly from: number;
  /** The lowest price above it; null when there is no end. */
  readonly to: number | null;
}

export const priceBands: readonly PriceBand[] = STARTS.map((from, i) => ({
  from,
  to: STARTS[i + 1] ?? null,
}));

/** The bands that have prices from `min` to `max`, both included. */
export const bandsWithin = (min: number, max: number): PriceBand[] =>
  priceBands.filter(({ from, to }) => from <= max && (to === null || to > min));

export function bandOf(price: number): PriceBand {
  const band = priceBands.findLast(({ from }) => from <= price);
  if (!band) throw new RangeError(`${price} is not a price`);
  return band;
}
