const DAY_MS = 86_400_000;
const MAX_DAYS = 1_100;

/** From `from` until before `until`. */
export interface Period {
  readonly from: Date;
  readonly until: Date;
}

/**
 * The period of a report. A date is a whole day in UTC, so `to` is included; a moment is itself, and
 * `to` is not. `fault` says which of the two is wrong.
 */
export function salesPeriod(
  from: string,
  to: string,
): Period | { readonly fault: "from" | "to"; readonly message: string } {
  const begin = momentOf(from);
  const end = momentOf(to);
  if (begin === null) return { fault: "from", message: "is no date" };
  if (end === null) return { fault: "to", message: "is no date" };
  const until = new Date(end.getTime() + (isDay(to) ? DAY_MS : 0));
  if (until <= begin) return { fault: "to", message: "is before from" };
  if (until.getTime() - begin.getTime() > MAX_DAYS * DAY_MS) {
    return { fault: "to", message: `is more than ${MAX_DAYS} days after from` };
  }
  return { from: begin, until };
}

const isDay = (text: string): boolean => text.length === "2026-01-31".length;

/** JavaScript takes the 31st of February for a day in March. */
function momentOf(text: string): Date | null {
  const day = text.slice(0, "2026-01-31".length);
  const midnight = new Date(`${day}T00:00:00.000Z`);
  if (Number.isNaN(midnight.getTime()) || !midnight.toISOString().startsWith(day)) return null;
  const moment = isDay(text) ? midnight : new Date(text);
  return Number.isNaN(moment.getTime()) ? null : moment;
}
