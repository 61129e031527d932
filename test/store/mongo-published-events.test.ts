import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { newId } from "../../lib/ids";
import type { EventEnvelope } from "../../lib/messaging/event";
import { MARKS_MS } from "../../lib/messaging/stream-watch";
import { envelope } from "../support/events";
import { openMongoProducts } from "../support/mongo-products";
import { MongoServer, mongoIsThere } from "../support/mongo-server";
import { aProduct } from "../support/products";

const SIGHT = { created: "monday", lastSeq: 2, newest: null };

describe.skipIf(!mongoIsThere())("events of products that were published", () => {
  let server: MongoServer;
  let opened: Awaited<ReturnType<typeof openMongoProducts>>;
  beforeAll(async () => {
    server = await MongoServer.start();
    opened = await openMongoProducts(server.url, `t${randomBytes(5).toString("hex")}`);
  });
  afterAll(async () => {
    await opened?.close();
    await server?.remove();
  });

  const anEvent = (aggregateId: string, seq: number): EventEnvelope =>
    envelope("product.archived", { product: aProduct({ id: aggregateId }) }, { aggregateId, seq });

  it("are pending again when the broker lost them, in their order, and published once more", async () => {
    const { store } = opened;
    const product = aProduct({ slug: `p-${newId()}` });
    const events = [anEvent(product.id, 1), anEvent(product.id, 2), anEvent(product.id, 3)];
    const [first, second, third] = events as [EventEnvelope, EventEnvelope, EventEnvelope];
    await store.insert(product, first);
    await store.dropPending([first]);
    await store.replace(product, 2, second);
    await store.dropPending([second]);
    expect(await store.pending()).toEqual([]);
    // Written while the broker is away.
    await store.replace(product, 3, third);

    const { published } = store;
    await published.keepStreamMark(SIGHT);
    await published.keepStreamMark({ ...SIGHT, lastSeq: 1 });
    expect(await published.streamMark()).toMatchObject({ lastSeq: 2 });
    await published.beginRecovery({ ...SIGHT, created: "tuesday" }, 0);
    await published.beginRecovery({ ...SIGHT, created: "wednesday" }, 0);
    await published.keepStreamMark({ ...SIGHT, created: "monday" });
    const before = (await published.streamMark())?.recoverBefore ?? "";
    const last = await published.reopen(before, null, 100);
    expect(last).toBe(second.id);
    expect(await published.reopen(before, last, 100)).toBeNull();
    await published.reopen(before, null, 100); // as a process that was killed would again
    expect(await store.pending()).toEqual(events);
    expect(await store.pendingHeads(10, [])).toEqual([first]);

    await store.dropPending(events);
    expect(await store.pending()).toEqual([]);
    const noticed = new Date(Date.parse(before) - MARKS_MS).toISOString();
    expect(await published.reopen(noticed, null, 100)).toBeNull();
    await published.endRecovery();
    expect(await published.streamMark()).toEqual({
      ...{ ...SIGHT, created: "tuesday" },
      ...{ recoveries: 1, recoverBefore: null },
    });
  });

  it("are forgotten when the broker keeps them no more, by the clock of MongoDB", async () => {
    const { store } = opened;
    const product = aProduct({ slug: `p-${newId()}` });
    const event = anEvent(product.id, 1);
    await store.insert(product, event);
    await store.dropPending([event]);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 7_200_000 });
    onTestFinished(() => void vi.useRealTimers());
    await store.published.forget(1);
    vi.useRealTimers();
    await store.published.beginRecovery(SIGHT, 1);
    const before = (await store.published.streamMark())?.recoverBefore ?? "";
    expect(await store.published.reopen(before, null, 100)).toBe(event.id);
    await store.published.forget(-1);
    expect(await store.published.reopen(before, null, 100)).toBeNull();
  });
});
