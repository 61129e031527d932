/** The value below which `share` (0–1) of the sorted sample lies. */
export function percentile(sample: readonly number[], share: number): number {
  const sorted = [...sample].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** Keeps `width` workers busy until `until` (ms of performance.now()). */
export async function inParallel(
  width: number,
  until: number,
  work: () => Promise<void>,
): Promise<void> {
  const worker = async (): Promise<void> => {
    while (performance.now() < until) await work();
  };
  await Promise.all(Array.from({ length: width }, worker));
}
