import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { newId } from "../../lib/ids";
import type { EventEnvelope } from "../../lib/messaging/event";
import { EventSeal } from "../../lib/messaging/event-seal";
import { JetStreamTransport } from "../../lib/messaging/jetstream-transport";
import { Outbox } from "../../lib/messaging/outbox";
import { OutboxRecovery } from "../../lib/messaging/outbox-recovery";
import { Relay } from "../../lib/messaging/relay";
import { StreamWatch } from "../../lib/messaging/stream-watch";
import type { Database } from "../../lib/store/database";
import { eventually } from "../support/eventually";
import { aDatabase } from "../support/messaging";
import { NatsServer, natsIsThere } from "../support/nats-server";

const logger = { warn: () => undefined, error: () => undefined, info: () => undefined };
const keep = { streamHours: 168 };
const seal = new EventSeal(["a key of the mesh"]);

describe.skipIf(!natsIsThere())("a broker that lost what it had acknowledged", () => {
  let nats: NatsServer;
  beforeAll(async () => {
    nats = await NatsServer.start();
  });
  afterAll(() => nats?.remove());

  const connect = (namespace: string) =>
    JetStreamTransport.connect({ url: nats.url, namespace, node: "test", seal, logger, keep });

  /** A publisher with its relay and watch, and a consumer that is there once `listen` was called. */
  async function aPublisher() {
    const db = (await aDatabase())();
    const transport = await connect(`t${newId().slice(-8)}`);
    const outbox = new Outbox(db, "inventory", {}, "node", () => relay.wake());
    const beforeReturn = (): Promise<unknown> => watch.check();
    const relay = new Relay({ outbox, transport, beforeReturn, logger });
    const watch = new StreamWatch({
      ...{ transport, relay, logger, everyMs: 200 },
      outbox: new OutboxRecovery(db),
    });
    relay.start();
    watch.start();
    const taken: EventEnvelope[] = [];
    onTestFinished(async () => {
      await watch.stop();
      await relay.stop();
      await transport.close();
    });
    return {
      db,
      taken,
      publish: (aggregateId: string, seq: number) =>
        outbox.unitOfWork(async (unit) => {
          const payload = { orderId: newId(), lines: [] };
          unit.publish({ name: "stock.released", payload, aggregateId, seq });
        }),
      listen: async () => {
        const receive = async (batch: readonly EventEnvelope[]) => void taken.push(...batch);
        await transport.subscribe({ name: "late", events: ["stock.released"], receive });
        transport.open();
      },
    };
  }

  const allPublished = (db: Database) =>
    eventually(
      async () => (await db.query("SELECT FROM outbox WHERE published_at IS NULL")).length === 0,
      { what: "all events to be published" },
    );

  it("gets every event again from the outbox, in the order of each aggregate", async () => {
    const { db, taken, publish, listen } = await aPublisher();
    const aggregates = Array.from({ length: 20 }, () => newId());
    for (const id of aggregates) await publish(id, 1);
    await allPublished(db);
    // The mark of the stream in which they were.
    await eventually(async () => (await db.query("SELECT FROM stream_mark")).length === 1);

    await nats.kill();
    await nats.loseStore();
    for (const id of aggregates) await publish(id, 2);
    await nats.start();
    await listen();

    await eventually(async () => new Set(taken.map(({ id }) => id)).size === 40, {
      timeoutMs: 30_000,
      what: "40 events",
    });
    for (const id of aggregates) {
      const order = taken.filter(({ aggregateId }) => aggregateId === id).map(({ seq }) => seq);
      expect(order.indexOf(1)).toBeLessThan(order.indexOf(2));
    }
    await allPublished(db);
    expect(await db.query("SELECT recoveries FROM stream_mark")).toEqual([{ recoveries: 1 }]);
  });

  it("that was only away loses nothing, blames no event, and is used again within seconds", async () => {
    const { db, taken, publish, listen } = await aPublisher();
    await listen();
    await nats.kill();
    for (let seq = 1; seq <= 10; seq++) await publish("a", seq);
    // The relay has tried meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    const failures = await db.query(
      "SELECT FROM outbox WHERE attempts > 0 OR last_error IS NOT NULL",
    );
    expect(failures).toEqual([]);
    await nats.start();
    await eventually(async () => taken.length >= 10, { what: "10 events" });
    expect(taken.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });
});
