import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "../../lib/ids";
import type { EventEnvelope } from "../../lib/messaging/event";
import { EventSeal } from "../../lib/messaging/event-seal";
import { InProcessTransport } from "../../lib/messaging/in-process-transport";
import { JetStreamTransport } from "../../lib/messaging/jetstream-transport";
import type { Consumer, Transport } from "../../lib/messaging/transport";
import { eventually } from "../support/eventually";
import { NatsServer, natsIsThere } from "../support/nats-server";

const logger = { warn: () => undefined, error: () => undefined, info: () => undefined };

const keep = { streamHours: 168 };
const KEY = "a key of the mesh";

const event = (name: string, seq = 1, aggregateId = "a"): EventEnvelope => ({
  id: newId(),
  name,
  version: 1,
  source: "test",
  aggregateId,
  seq,
  payload: { seq },
  correlationId: aggregateId,
  causationId: null,
  traceparent: null,
  occurredAt: new Date().toISOString(),
});

/** A consumer that keeps what it takes, and refuses while `away`. */
function recorder(name: string, events: string[]) {
  const taken: EventEnvelope[] = [];
  const state = { away: false };
  const consumer: Consumer = {
    name,
    events,
    receive: async (batch) => {
      if (state.away) throw new Error("the store is away");
      taken.push(...batch);
    },
  };
  return { consumer, taken, state };
}

/** What every transport promises, whatever carries it. */
function behaves(make: () => Promise<Transport>): void {
  let transport: Transport;
  beforeAll(async () => {
    transport = await make();
  });
  afterAll(() => transport.close());

  test("an event reaches every consumer that asked for it, and nobody else", async () => {
    const name = `thing.${newId().slice(-8)}`;
    const [a, b, c] = [
      recorder("a", [name]),
      recorder("b", [name]),
      recorder("c", ["other.thing"]),
    ];
    const stops = await Promise.all([a, b, c].map((r) => transport.subscribe(r.consumer)));
    transport.open();
    const sent = event(name);
    await transport.publish(sent);
    await eventually(async () => a.taken.length === 1 && b.taken.length === 1);
    expect(a.taken[0]).toEqual(sent);
    expect(c.taken).toEqual([]);
    await Promise.all(stops.map((stop) => stop()));
  });

  test("a consumer whose store is away gets its events in order when it is back", async () => {
    const name = `thing.${newId().slice(-8)}`;
    const r = recorder("d", [name]);
    r.state.away = true;
    const stop = await transport.subscribe(r.consumer);
    transport.open();
    const sent = Array.from({ length: 20 }, (_, i) => event(name, i + 1, `agg-${i}`));
    const published = Promise.all(sent.map((one) => transport.publish(one)));
    r.state.away = false;
    await published;
    await eventually(async () => r.taken.length >= 20);
    expect(new Set(r.taken.map((one) => one.id))).toEqual(new Set(sent.map((one) => one.id)));
    await stop();
  });

  test("a consumer that is behind shows it", async () => {
    const name = `thing.${newId().slice(-8)}`;
    const r = recorder("e", [name]);
    r.state.away = true;
    const stop = await transport.subscribe(r.consumer);
    transport.open();
    const published = Promise.all([1, 2, 3].map((seq) => transport.publish(event(name, seq))));
    const behind = async (): Promise<number> => {
      const lag = (await transport.lag()).find((one) => one.event === name);
      return lag?.consumer === "e" ? lag.waiting + lag.inHand : -1;
    };
    await eventually(async () => (await behind()) === 3);
    r.state.away = false;
    await published;
    await eventually(async () => (await behind()) === 0);
    await stop();
  });
}

describe("in process", () => {
  behaves(async () => new InProcessTransport(logger));

  test("publishing waits until every consumer has taken the event", async () => {
    const transport = new InProcessTransport(logger);
    const r = recorder("slow", ["x.y"]);
    r.state.away = true;
    await transport.subscribe(r.consumer);
    transport.open();
    let published = false;
    const done = transport.publish(event("x.y")).then(() => (published = true));
    await new Promise(setImmediate);
    expect(published).toBe(false);
    r.state.away = false;
    await done;
    expect(r.taken).toHaveLength(1);
    await transport.close();
  });

  test("an event for a consumer that has stopped is not published", async () => {
    const transport = new InProcessTransport(logger);
    const stop = await transport.subscribe(recorder("gone", ["x.y"]).consumer);
    transport.open();
    await stop();
    await expect(transport.publish(event("x.y"))).rejects.toThrow(/stopped/);
    await transport.close();
  });
});

describe.skipIf(!natsIsThere())("JetStream", () => {
  let server: NatsServer;
  const connect = (namespace = `t${newId().slice(-8)}`, seal = new EventSeal([KEY])) =>
    JetStreamTransport.connect({ url: server.url, namespace, node: "test", seal, logger, keep });

  beforeAll(async () => {
    server = await NatsServer.start();
  });
  afterAll(() => server.remove());

  behaves(() => connect());

  test("an event published before its consumer first started is not missed", async () => {
    const transport = await connect();
    const sent = event("early.bird");
    await transport.publish(sent);
    const r = recorder("late", ["early.bird"]);
    await transport.subscribe(r.consumer);
    transport.open();
    await eventually(async () => r.taken.length === 1);
    await transport.close();
  });

  test("a consumer from which nobody takes any more says so", async () => {
    const transport = await connect();
    const subscribe = (name: string) => transport.subscribe(recorder(name, ["x.y"]).consumer);
    const [, leave] = [await subscribe("stays"), await subscribe("leaves")];
    transport.open();
    const pulled = async () =>
      Object.fromEntries((await transport.lag()).map((one) => [one.consumer, one.pulled]));
    await eventually(async () => Object.values(await pulled()).join() === "true,true");
    await leave();
    await eventually(async () => !(await pulled()).leaves);
    for (let seq = 1; seq <= 300; seq++) await transport.publish(event("x.y", seq, `agg-${seq}`));
    expect(await pulled()).toEqual({ leaves: false, stays: true });
    await transport.close();
  });

  test("the same event published twice is stored once", async () => {
    const transport = await connect();
    const sent = event("same.twice");
    await transport.publish(sent);
    await transport.publish(sent);
    const { state } = await transport.manager.streams.info(transport.stream);
    expect(state.messages).toBe(1);
    await transport.close();
  });

  test("rubbish on the subject comes as an envelope that no contract fits", async () => {
    const transport = await connect();
    const r = recorder("poisoned", ["x.y"]);
    await transport.subscribe(r.consumer);
    transport.open();
    await transport.client.publish(transport.subjectOf("x.y"), "this is no JSON {");
    await transport.client.publish(transport.subjectOf("x.y"), JSON.stringify({ id: 7 }));
    await eventually(async () => r.taken.length === 2);
    expect(r.taken[0]).toMatchObject({ name: "x.y", source: "unknown", version: 0 });
    await transport.close();
  });

  test("an event that none of us has sealed comes as one that no contract fits", async () => {
    const namespace = `t${newId().slice(-8)}`;
    const transport = await connect(namespace);
    const r = recorder("deceived", ["x.y", "x.z"]);
    await transport.subscribe(r.consumer);
    transport.open();
    const subject = transport.subjectOf("x.y");
    await transport.client.publish(subject, JSON.stringify(event("x.y")));
    const stranger = await connect(namespace, new EventSeal(["a guess"]));
    await stranger.publish(event("x.y"));
    const sent = event("x.y");
    await transport.publish(sent);
    // Of ours, told again where it does not belong.
    const last = { last_by_subj: subject };
    const genuine = await transport.manager.streams.getMessage(transport.stream, last);
    await transport.client.publish(transport.subjectOf("x.z"), genuine.data, {
      headers: genuine.header,
      msgID: newId(),
    });
    await eventually(async () => r.taken.length === 4);
    expect(r.taken.filter(({ version }) => version !== 0)).toEqual([sent]);
    await stranger.close();
    await transport.close();
  });

  test("an event of before a change of keys is still one of ours", async () => {
    const namespace = `t${newId().slice(-8)}`;
    const before = await connect(namespace, new EventSeal(["old"]));
    const after = await connect(namespace, new EventSeal(["new", "old"]));
    const r = recorder("late", ["x.y"]);
    await after.subscribe(r.consumer);
    after.open();
    const sent = event("x.y");
    await before.publish(sent);
    await eventually(async () => r.taken.length === 1);
    expect(r.taken).toEqual([sent]);
    await before.close();
    await after.close();
  });

  test("events flow again after the broker was killed, and after it lost its whole store", async () => {
    const transport = await connect();
    const r = recorder("steady", ["x.y"]);
    await transport.subscribe(r.consumer);
    transport.open();
    const publishUntilDone = (sent: EventEnvelope) =>
      eventually(async () =>
        transport
          .publish(sent)
          .then(() => true)
          .catch(() => false),
      );

    await publishUntilDone(event("x.y"));
    await eventually(async () => r.taken.length === 1);
    await server.kill();
    await expect(transport.publish(event("x.y"))).rejects.toThrow();
    await server.start();
    await publishUntilDone(event("x.y"));
    await eventually(async () => r.taken.length >= 2);

    await server.kill();
    await server.loseStore();
    await server.start();
    const last = event("x.y");
    await publishUntilDone(last);
    await eventually(async () => r.taken.some((one) => one.id === last.id), { timeoutMs: 30_000 });
    await transport.close();
  }, 60_000);
});
