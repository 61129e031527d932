/** Slips of a person who has forgotten which password it was. */
const FREE_FAILURES = 5;
const MAX_FAILURES = 10;
const FIRST_DELAY_MS = 100;

/**
 * How long the next attempt to sign in waits after so many wrong ones, in ms; null when it is
 * refused. 5 failures wait 100 ms, each further one twice as long, 9 wait 1,600 ms, 10 are refused.
 */
export function delayAfter(failures: number): number | null {
  if (failures < FREE_FAILURES) return 0;
  if (failures >= MAX_FAILURES) return null;
  return FIRST_DELAY_MS * 2 ** (failures - FREE_FAILURES);
}
