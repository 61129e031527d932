import { expect, test } from "vitest";
import type { TraceEntry } from "../../contracts/durable";
import { oldestFirst } from "../../services/operations/domain/saga-order";

const entry = (
  kind: TraceEntry["kind"],
  eventId: string,
  ms: number,
  causationId: string | null = null,
): TraceEntry => ({
  kind,
  service: "somebody",
  node: null,
  event: eventId,
  eventId,
  seq: 1,
  status: "done",
  attempts: 1,
  at: new Date(ms).toISOString(),
  latencyMs: null,
  causationId,
  traceId: null,
  error: null,
});
const told = (entries: TraceEntry[]) => oldestFirst(entries).map((e) => `${e.kind} ${e.event}`);

test("entries are told oldest first", () => {
  expect(
    told([entry("handled", "a", 30), entry("published", "b", 20), entry("published", "a", 10)]),
  ).toEqual(["published a", "published b", "handled a"]);
});

test("within a millisecond an event is published, then handled, then leads to the next", () => {
  const entries = [
    entry("handled", "c", 5, "b"),
    entry("published", "c", 5, "b"),
    entry("handled", "b", 5, "a"),
    entry("published", "b", 5, "a"),
    entry("handled", "a", 5),
    entry("published", "a", 5),
  ];
  expect(told(entries)).toEqual([
    "published a",
    "handled a",
    "published b",
    "handled b",
    "published c",
    "handled c",
  ]);
});

test("events that claim to cause each other are told all the same", () => {
  expect(told([entry("published", "a", 1, "b"), entry("published", "b", 1, "a")])).toHaveLength(2);
});
