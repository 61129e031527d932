import { RecentlyUsed } from "../recently-used";

interface Sender {
  /** The smallest difference of the two clocks seen lately, and in the window before. */
  least: number;
  before: number;
  since: number;
}

const WINDOW_MS = 60_000;
const MAX_SENDERS = 10_000;

/**
 * How long packets were on their way, by clocks that nobody has set: the difference between a
 * sender's monotonic clock and ours is the same for all its packets but for the time they travelled,
 * so the smallest one seen stands for a packet that came at once. Two windows let clocks drift.
 */
export class TransitAge {
  readonly #senders = new RecentlyUsed<string, Sender>(MAX_SENDERS);

  /** ms; `sent` is the sender's `performance.now()`. 0 for the first packet of a sender. */
  of(sender: string, sent: number, now = performance.now()): number {
    const difference = now - sent;
    const known = this.#senders.get(sender) ?? { least: difference, before: Infinity, since: now };
    if (now - known.since > WINDOW_MS) {
      known.before = known.least;
      known.least = difference;
      known.since = now;
    }
    known.least = Math.min(known.least, difference);
    this.#senders.set(sender, known);
    return difference - Math.min(known.least, known.before);
  }
}
