/**
 * Splits `amount` (minor units, not negative) in proportion to `weights`, so that the parts are whole
 * and sum to it: what rounding down leaves over goes to the largest remainders, the earlier first.
 * Weights that are all zero count the same. Throws RangeError when there is nobody to take an amount.
 */
export function prorate(amount: number, weights: readonly number[]): number[] {
  const all = [amount, ...weights];
  if (all.some((value) => !Number.isSafeInteger(value) || value < 0)) {
    throw new RangeError("an amount and its weights are whole and not negative");
  }
  if (weights.length === 0 && amount > 0) throw new RangeError("nobody takes the amount");
  const isEven = weights.every((weight) => weight === 0);
  // Exact: the product of two amounts may be beyond 2^53.
  const shares = weights.map((weight) => BigInt(isEven ? 1 : weight));
  const sum = shares.reduce((total, share) => total + share, 0n);
  const parts = shares.map((share, index) => {
    const product = BigInt(amount) * share;
    return { index, part: Number(product / sum), rest: product % sum };
  });
  const left = amount - parts.reduce((total, { part }) => total + part, 0);
  const neediest = parts.toSorted((a, b) =>
    a.rest === b.rest ? a.index - b.index : a.rest < b.rest ? 1 : -1,
  );
  for (const taker of neediest.slice(0, left)) taker.part += 1;
  return parts.map(({ part }) => part);
}
