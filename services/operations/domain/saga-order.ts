import type { TraceEntry } from "../../../contracts/durable";

/**
 * Oldest first. Within a millisecond an event is published before it is handled, and handled before
 * what came of it, however the clocks of the databases tell it.
 */
export function oldestFirst(entries: readonly TraceEntry[]): TraceEntry[] {
  const causes = new Map(entries.map((entry) => [entry.eventId, entry.causationId]));
  const rank = (entry: TraceEntry): number =>
    2 * depthOf(entry.eventId, causes) + (entry.kind === "published" ? 0 : 1);
  return entries
    .map((entry) => ({ entry, time: Date.parse(entry.at), rank: rank(entry) }))
    .sort((a, b) => a.time - b.time || a.rank - b.rank)
    .map(({ entry }) => entry);
}

/** How many known events stand between this one and the first of its chain. */
function depthOf(eventId: string, causes: ReadonlyMap<string, string | null>): number {
  const seen = new Set<string>();
  let id: string | null | undefined = eventId;
  // A loop of causes cannot be, but would otherwise hang the page that shows it.
  while (id && !seen.has(id)) {
    seen.add(id);
    id = causes.get(id);
  }
  return seen.size;
}
