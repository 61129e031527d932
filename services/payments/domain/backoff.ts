const FIRST_MS = 250;
const LONGEST_MS = 30_000;
/** A charge that the provider works on is reported by webhook; asking is for the webhook that got lost. */
const FIRST_WHILE_PROCESSING_MS = 3_000;

/**
 * How long to wait before asking again after attempt `attempts` (from 1), in ms: doubled each time
 * up to 30 s, of which `random` (0 to 1) spreads the second half.
 */
export function backoffMs(
  attempts: number,
  random: number,
  { processing = false }: { readonly processing?: boolean } = {},
): number {
  const first = processing ? FIRST_WHILE_PROCESSING_MS : FIRST_MS;
  const full = Math.min(LONGEST_MS, first * 2 ** Math.min(attempts - 1, 16));
  return Math.round(full * (0.5 + random / 2));
}
