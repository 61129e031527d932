/** Values of one thing over time, and by how much it may grow before it counts as growing. */
export interface Series {
  readonly name: string;
  readonly unit: string;
  readonly values: readonly number[];
  /** Of itself; undefined for what grows with the orders and is not judged. */
  readonly share?: number;
  /** So much is noise, however small the thing is. */
  readonly slack?: number;
}

export interface Growth {
  readonly name: string;
  readonly unit: string;
  /** The medians of the third and of the last quarter. */
  readonly before: number;
  readonly after: number;
  readonly verdict: "flat" | "GROWS" | "not judged";
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** Whether a thing grew in the last half of its time, when all that fills up at first is full. */
export function growthOf({ name, unit, values, share, slack = 0 }: Series): Growth {
  const quarter = Math.floor(values.length / 4);
  const before = medianOf(values.slice(-2 * quarter, -quarter));
  const after = medianOf(values.slice(-quarter));
  const isFlat = (allowed: number): boolean => after - before <= Math.max(allowed * before, slack);
  const verdict = share === undefined ? "not judged" : isFlat(share) ? "flat" : "GROWS";
  return { name, unit, before, after, verdict };
}
