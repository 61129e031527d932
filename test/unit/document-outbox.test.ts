import { afterEach, expect, test, vi } from "vitest";
import { DocumentOutbox } from "../../lib/messaging/document-outbox";
import { aProduct, anEventOf } from "../support/products";

afterEach(() => vi.useRealTimers());

test("a clock that is set back keeps no failed event from its next try", async () => {
  vi.useFakeTimers({ now: new Date("2026-11-22T12:00:00Z") });
  const event = anEventOf(aProduct(), 1);
  const documents = {
    pendingHeads: async (_limit: number, skip: readonly string[]) =>
      skip.includes(event.aggregateId) ? [] : [event],
    dropPending: async () => undefined,
    pending: async () => [event],
  };
  const outbox = new DocumentOutbox({ source: "catalog", node: "node", contracts: {}, documents });
  await outbox.markFailed(event, "refused");
  expect(await outbox.due(10, [])).toEqual([]);
  vi.advanceTimersByTime(1_000);
  vi.setSystemTime(new Date("2026-11-22T11:00:00Z"));
  expect(await outbox.due(10, [])).toEqual([event]);
});
