import { expect, onTestFinished, test } from "vitest";
import { seededRandom, shuffled } from "../../lib/faults/random";
import {
  findDeadLetters,
  deleteDeadLetter,
  replayDeadLetter,
} from "../../lib/messaging/dead-letters";
import type { AnyEventHandler, EventEnvelope } from "../../lib/messaging/event";
import { Outbox } from "../../lib/messaging/outbox";
import { Relay } from "../../lib/messaging/relay";
import { backlogOf } from "../../lib/messaging/trace";
import type { Transport } from "../../lib/messaging/transport";
import type { Database, Queryable } from "../../lib/store/database";
import { eventually } from "../support/eventually";
import {
  aDatabase,
  aFact,
  aReplica,
  effectsOf,
  hasten,
  mortal,
  note,
  silent,
  stateOf,
  type Replica,
} from "../support/messaging";

/** Runs the retries of a replica until the test ends. */
function retrying(replica: Replica): Replica {
  replica.inbox.start();
  onTestFinished(() => replica.inbox.stop());
  return replica;
}

/** A handler that throws for some events, for as long as they are in `poison`. */
const failingFor =
  (poison: ReadonlySet<string>): AnyEventHandler =>
  async (event, work) => {
    await note(event, work);
    if (poison.has(event.id)) throw new Error("cannot stomach\0 this");
  };
const handlersOf = (handler: AnyEventHandler) => ({ handlers: { "stock.released": handler } });

const ids = (events: readonly EventEnvelope[]) => events.map((event) => event.id);

test("events that two replicas get five times each, shuffled, take effect once", async () => {
  const connect = await aDatabase();
  const replicas = [aReplica(connect()), aReplica(connect())];
  const events = Array.from({ length: 60 }, (_, i) => aFact(`aggregate-${i % 6}`, i + 1));
  const deliveries = shuffled(Array.from({ length: 5 }, () => events).flat(), seededRandom(20_260));
  await Promise.all(
    replicas.map(async ({ inbox }, which) => {
      for (let start = 0; start < deliveries.length; start += 14) {
        const batch = deliveries.slice(start + which * 7, start + which * 7 + 7);
        if (batch.length > 0) await inbox.receive(batch);
      }
    }),
  );
  const db = connect();
  expect((await effectsOf(db)).sort()).toEqual(ids(events).sort());
  const published = await db.query<{ causation_id: string }>("SELECT causation_id FROM outbox");
  expect(published.map((row) => row.causation_id).sort()).toEqual(ids(events).sort());
  const rows = await db.query<{ n: number }>(
    "SELECT count(*)::int AS n FROM inbox WHERE status = 'done'",
  );
  expect(rows).toEqual([{ n: 60 }]);
  expect(await db.query("SELECT * FROM inbox_attempt")).toEqual([]);
});

test("a poison event is parked with all that was to become of it undone; others flow", async () => {
  const poison = aFact("a", 1);
  const later = aFact("a", 2);
  const other = aFact("b", 1);
  const replica = aReplica((await aDatabase())(), handlersOf(failingFor(new Set([poison.id]))));
  await replica.inbox.receive([poison, later, other]);
  expect(await effectsOf(replica.db)).toEqual([other.id]);
  expect(await stateOf(replica.db, poison)).toEqual({
    status: "parked",
    attempts: 1,
    last_error: "cannot stomach this",
  });
  expect(await stateOf(replica.db, later)).toMatchObject({ status: "parked", attempts: 0 });
});

test("events of an aggregate whose head is parked wait behind it, and follow in order when it heals", async () => {
  const head = aFact("a", 1);
  const poison = new Set([head.id]);
  const replica = retrying(aReplica((await aDatabase())(), handlersOf(failingFor(poison))));
  const followers = [aFact("a", 2), aFact("a", 3), aFact("a", 4)];
  await replica.inbox.receive([head]);
  for (const event of followers) await replica.inbox.receive([event]);
  await hasten(replica);
  await eventually(async () => ((await stateOf(replica.db, head))?.attempts ?? 0) > 1);
  expect(await effectsOf(replica.db)).toEqual([]);
  poison.clear();
  await eventually(async () => (await effectsOf(replica.db)).length === 4);
  expect(await effectsOf(replica.db)).toEqual(ids([head, ...followers]));
});

test("an event is dead after eight attempts; what waited behind it goes on", async () => {
  const poison = aFact("a", 1);
  const later = aFact("a", 2);
  const replica = retrying(
    aReplica((await aDatabase())(), handlersOf(failingFor(new Set([poison.id])))),
  );
  await replica.inbox.receive([poison]);
  await replica.inbox.receive([later]);
  await eventually(async () => {
    await hasten(replica);
    return (await effectsOf(replica.db)).length > 0;
  });
  expect(await effectsOf(replica.db)).toEqual([later.id]);
  expect(await stateOf(replica.db, poison)).toMatchObject({ status: "dead", attempts: 8 });
  const letters = await findDeadLetters(replica.db, { limit: 10 });
  expect(letters).toMatchObject([
    { event: { id: poison.id }, attempts: 8, error: "cannot stomach this", replayed_at: null },
  ]);
});

test("an event that no contract describes is dead at once, since no try would help", async () => {
  const good = aFact("a", 1);
  const bad = aFact("b", 1);
  const faultOf = (event: EventEnvelope) => (event.id === bad.id ? "bad payload" : null);
  const { db, inbox } = aReplica((await aDatabase())(), { faultOf });
  await inbox.receive([good, bad]);
  expect(await stateOf(db, good)).toMatchObject({ status: "done" });
  expect(await stateOf(db, bad)).toEqual({
    status: "dead",
    attempts: 1,
    last_error: "bad payload",
  });
});

test("a dead event that comes again, in bad company, does not open its letter again", async () => {
  const dead = aFact("a", 1);
  const parked = aFact("b", 1);
  const faultOf = (event: EventEnvelope) => (event.id === dead.id ? "bad payload" : null);
  const handlers = handlersOf(failingFor(new Set([parked.id])));
  const { db, inbox } = aReplica((await aDatabase())(), { faultOf, ...handlers });
  await inbox.receive([dead]);
  const [letter] = await findDeadLetters(db, { limit: 1 });
  await deleteDeadLetter(db, { id: letter?.id ?? "", by: "me", note: "void" });
  await inbox.receive([dead, parked]);
  expect(await findDeadLetters(db, { limit: 1 })).toEqual([]);
  expect(await stateOf(db, dead)).toMatchObject({ status: "dead", attempts: 1 });
});

test("payloads that PostgreSQL cannot take apart are parked, wait and die like any other", async () => {
  const odd = (aggregateId: string, seq: number): EventEnvelope => ({
    ...aFact(aggregateId, seq),
    payload: { name: "\u0000\ud800" },
  });
  const [poison, later, other, dead] = [odd("a", 1), odd("a", 2), odd("b", 1), odd("c", 1)];
  const poisoned = new Set([poison.id]);
  const replica = retrying(
    aReplica((await aDatabase())(), {
      ...handlersOf(failingFor(poisoned)),
      faultOf: (event) => (event.id === dead.id ? "bad payload" : null),
    }),
  );
  await replica.inbox.receive([poison, later, other, dead]);
  expect(await effectsOf(replica.db)).toEqual([other.id]);
  poisoned.clear();
  await eventually(async () => {
    await hasten(replica);
    return (await effectsOf(replica.db)).length === 3;
  });
  expect(await effectsOf(replica.db)).toEqual(ids([other, poison, later]));
  expect(await findDeadLetters(replica.db, { event: "stock.released", limit: 10 })).toMatchObject([
    { event: dead },
  ]);
});

/** A connection that is cut in the middle of the work, as by a PostgreSQL that is stopped. */
const cutting =
  (other: Database, times: { left: number }): AnyEventHandler =>
  async (event, work) => {
    await note(event, work);
    if (times.left-- > 0) {
      const [row] = await work.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
      await other.query("SELECT pg_terminate_backend($1)", [row?.pid]);
      await work.query("SELECT 1");
    }
  };

test("a database that goes away in the middle is nobody's failed attempt", async () => {
  const connect = await aDatabase();
  const times = { left: 12 };
  const { db, inbox } = aReplica(connect(), handlersOf(cutting(connect(), times)));
  const [first, second] = [aFact("a"), aFact("b")];
  while (times.left > 0) {
    await expect(inbox.receive([first, second])).rejects.toMatchObject({
      type: "SERVICE_UNAVAILABLE",
    });
  }
  await inbox.receive([first, second]);
  expect(await effectsOf(db)).toEqual(ids([first, second]));
  expect(await findDeadLetters(db, { limit: 1 })).toEqual([]);
});

test("nor is it while a parked event is tried again", async () => {
  const connect = await aDatabase();
  const event = aFact("a");
  const poison = new Set([event.id]);
  const times = { left: 0 };
  const cut = cutting(connect(), times);
  const handler: AnyEventHandler = (e, work) => (poison.size ? failingFor(poison) : cut)(e, work);
  const replica = retrying(aReplica(connect(), handlersOf(handler)));
  await replica.inbox.receive([event]);
  times.left = 10;
  poison.clear();
  await eventually(async () => {
    await hasten(replica);
    return (await effectsOf(replica.db)).length > 0;
  });
  expect(times.left).toBeLessThan(0);
  expect(await stateOf(replica.db, event)).toMatchObject({ status: "done", attempts: 2 });
});

test("an event that was begun eight times and never ended is dead before it is tried again", async () => {
  const killer = aFact("a");
  const { db, inbox } = aReplica((await aDatabase())());
  await db.query("INSERT INTO inbox_attempt VALUES ($1, 8)", [killer.id]);
  await inbox.receive([killer]);
  expect(await effectsOf(db)).toEqual([]);
  expect(await stateOf(db, killer)).toMatchObject({
    status: "dead",
    last_error: "the process died while handling it",
  });
});

test("an event that kills its process each time does not take its companions along", async () => {
  const connect = await aDatabase();
  const [before, killer, after] = [aFact("a"), aFact("b"), aFact("c")];
  let deaths = 0;
  for (; deaths < 20; deaths++) {
    const process = mortal(connect());
    const { inbox } = aReplica(process.db, {
      handlers: {
        "stock.released": (event, work) =>
          event.id === killer.id ? process.die() : note(event, work),
      },
    });
    const survived = await inbox.receive([before, killer, after]).then(
      () => true,
      () => false,
    );
    if (survived) break;
  }
  const db = connect();
  expect(deaths).toBe(8);
  expect(await effectsOf(db)).toEqual(ids([before, after]));
  expect(await stateOf(db, killer)).toMatchObject({ status: "dead" });
  expect(await findDeadLetters(db, { limit: 10 })).toMatchObject([{ event: { id: killer.id } }]);
});

test("nor those that are parked beside it", async () => {
  const connect = await aDatabase();
  const [killer, beside] = [aFact("a"), aFact("b")];
  const db = connect();
  await aReplica(db, handlersOf(failingFor(new Set(ids([killer, beside]))))).inbox.receive([
    killer,
    beside,
  ]);
  await eventually(async () => {
    const process = mortal(connect());
    const replica = aReplica(process.db, {
      handlers: {
        "stock.released": (event, work) =>
          event.id === killer.id ? process.die() : note(event, work),
      },
    });
    await hasten({ ...replica, db });
    replica.inbox.start();
    await eventually(async () => {
      const attempts = (await stateOf(db, killer))?.attempts ?? 0;
      return attempts > 0;
    });
    await replica.inbox.stop();
    return (await stateOf(db, killer))?.status === "dead";
  });
  const last = retrying(aReplica(db));
  await eventually(async () => {
    await hasten(last);
    return (await effectsOf(db)).length > 0;
  });
  expect(await effectsOf(db)).toEqual([beside.id]);
});

test("a dead letter that is replayed is handled through the inbox, once", async () => {
  const event = aFact("a");
  const poison = new Set([event.id]);
  const replica = retrying(
    aReplica((await aDatabase())(), { ...handlersOf(failingFor(poison)), maxAttempts: 1 }),
  );
  const { db, inbox } = replica;
  await inbox.receive([event]);
  const [letter] = await eventually(async () => {
    await hasten(replica);
    const letters = await findDeadLetters(db, { limit: 1 });
    return letters.length > 0 && letters;
  });
  const id = letter?.id ?? "";
  poison.clear();
  expect(await replayDeadLetter(db, id)).toBe(true);
  inbox.wake();
  await eventually(async () => (await effectsOf(db)).length > 0);
  expect(await replayDeadLetter(db, id)).toBe(false);
  await inbox.receive([event]);
  expect(await effectsOf(db)).toEqual([event.id]);
  expect(await findDeadLetters(db, { limit: 1 })).toEqual([]);
  expect(await findDeadLetters(db, { id, limit: 1 })).toMatchObject([{ id }]);
});

test("a backlog of months is told, and a letter that is replayed after them waits since its replay", async () => {
  const old = aFact("old");
  const handlers = handlersOf(failingFor(new Set([old.id])));
  const replica = aReplica((await aDatabase())(), { ...handlers, maxAttempts: 1 });
  const { db } = replica;
  await replica.inbox.receive([old]);
  await db.query("UPDATE inbox SET handled_at = now() - interval '60 days'");
  await publishing(replica, "late", 1);
  await db.query("UPDATE outbox SET occurred_at = now() - interval '60 days'");
  const [letter] = await findDeadLetters(db, { limit: 1 });
  await replayDeadLetter(db, letter?.id ?? "");
  const backlog = await backlogOf(db);
  expect(backlog).toMatchObject({ pendingEvents: 1, parkedEvents: 1, deadLetters: 0 });
  expect(backlog.oldestPendingMs).toBeGreaterThanOrEqual(60 * 24 * 3_600_000);
  expect(backlog.oldestParkedMs).toBeLessThan(60_000);
});

test("a replayed event that fails again is the same letter, open again", async () => {
  const event = aFact("a");
  const replica = retrying(
    aReplica((await aDatabase())(), {
      ...handlersOf(failingFor(new Set([event.id]))),
      maxAttempts: 1,
    }),
  );
  const open = async () => {
    await hasten(replica);
    return (await findDeadLetters(replica.db, { limit: 1 }))[0];
  };
  await replica.inbox.receive([event]);
  const first = await eventually(open);
  await replayDeadLetter(replica.db, first.id);
  const second = await eventually(open);
  expect(second.id).toBe(first.id);
  expect(second.attempts).toBeGreaterThan(first.attempts);
});

test("dead letters are listed newest first after one id, and oldest first before another", async () => {
  const faultOf = () => "bad payload";
  const { db, inbox } = aReplica((await aDatabase())(), { faultOf });
  for (const aggregate of ["a", "b", "c", "d"]) await inbox.receive([aFact(aggregate)]);
  const all = (await findDeadLetters(db, { limit: 10 })).map((letter) => letter.id);
  expect(all).toEqual([...all].sort().reverse());
  const older = await findDeadLetters(db, { limit: 2, before: all[1] ?? "" });
  expect(older.map((letter) => letter.id)).toEqual(all.slice(2));
  const newer = await findDeadLetters(db, { limit: 2, after: all[3] ?? "" });
  expect(newer.map((letter) => letter.id)).toEqual([all[2], all[1]]);
});

/** A broker that takes a moment, and notes what it was given. */
function aTransport(publish: (event: EventEnvelope) => Promise<void>) {
  const given: EventEnvelope[] = [];
  const transport: Transport = {
    lag: async () => [],
    publish: async (event) => {
      given.push(event);
      await publish(event);
      return null;
    },
    streamState: async () => null,
    eventAt: async () => null,
    subscribe: async () => async () => undefined,
    ownLag: async () => ({ queues: [], consumers: [] }),
    open: () => undefined,
    close: async () => undefined,
  };
  return { given, transport };
}

function relaying({ outbox }: Replica, transport: Transport): Relay {
  const relay = new Relay({ outbox, transport, logger: silent });
  relay.start();
  onTestFinished(() => relay.stop());
  return relay;
}

const publishing = ({ outbox }: Replica, aggregateId: string, ...seqs: number[]) =>
  outbox.unitOfWork(async (work) => {
    for (const seq of seqs) {
      const payload = { orderId: aggregateId, lines: [] };
      work.publish({ name: "stock.released", payload, aggregateId, seq });
    }
  });

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const pendingIn = async ({ db }: Replica) =>
  (await db.query("SELECT 1 FROM outbox WHERE published_at IS NULL")).length;

test("an outbox gives out each event once, those of one aggregate in their order", async () => {
  const replica = aReplica((await aDatabase())());
  const { given, transport } = aTransport(() => pause(Math.random() * 8));
  const relay = relaying(replica, transport);
  await Promise.all(
    Array.from({ length: 40 }, async (_, aggregate) => {
      for (const seqs of [[1, 2], [3], [4, 5, 6]]) {
        await publishing(replica, `aggregate-${aggregate}`, ...seqs);
        relay.wake();
      }
    }),
  );
  await eventually(async () => (await pendingIn(replica)) === 0);
  expect(given).toHaveLength(240);
  for (let aggregate = 0; aggregate < 40; aggregate++) {
    const own = given.filter((event) => event.aggregateId === `aggregate-${aggregate}`);
    expect(own.map((event) => event.seq)).toEqual([1, 2, 3, 4, 5, 6]);
  }
});

test("however long the backlog, a relay looks at a part of it at a time", async () => {
  const db = (await aDatabase())();
  await db.query(
    `INSERT INTO outbox (id, name, version, aggregate_id, seq, payload, correlation_id, node)
     SELECT gen_random_uuid(), 'stock.released', 1, gen_random_uuid(), 1, '{}', 'c', 'node'
     FROM generate_series(1, 30000)`,
  );
  await db.query("ANALYZE outbox");
  const plans: string[] = [];
  const explaining: Pick<Database, "query"> = {
    query: async (sql, values) => {
      const text = `EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`;
      plans.push(JSON.stringify(await db.query(text, values)));
      return [];
    },
  };
  const watched = new Outbox(explaining as Database, "inventory", {}, "node", () => undefined);
  await watched.due(256, []);
  const rows = [...(plans[0] ?? "").matchAll(/"Actual Rows":(\d+)/g)].map(([, n]) => Number(n));
  expect(Math.max(...rows)).toBeGreaterThanOrEqual(256);
  expect(Math.max(...rows)).toBeLessThan(10_000);
  const outbox = new Outbox(db, "inventory", {}, "node", () => undefined);
  expect(await outbox.due(256, [])).toHaveLength(256);
});

test("what a replica has just written is left to its own relay; its replicas take it when that does not", async () => {
  const connect = await aDatabase();
  const [one, other] = [
    aReplica(connect(), { node: "one" }),
    aReplica(connect(), { node: "other" }),
  ];
  const dueOf = async ({ outbox }: Replica) =>
    (await outbox.due(100, [])).map(({ aggregateId, seq }) => `${aggregateId} ${seq}`);
  await publishing(one, "a", 1, 2);
  await publishing(one, "shared", 1);
  await publishing(other, "shared", 2);
  // However slow this machine is, they have just been written.
  await one.db.query("UPDATE outbox SET occurred_at = now() + interval '1 minute'");
  expect(await dueOf(one)).toEqual(["a 1", "a 2", "shared 1", "shared 2"]);
  expect(await dueOf(other)).toEqual(["shared 1", "shared 2"]);
  await one.db.query("UPDATE outbox SET occurred_at = now() - interval '3 seconds'");
  expect(await dueOf(other)).toEqual(["a 1", "a 2", "shared 1", "shared 2"]);
});

test("many events of one aggregate go out in runs; one that breaks off goes on where it broke", async () => {
  const replica = aReplica((await aDatabase())());
  const refusals = new Set([40, 41, 170]);
  const taken: number[] = [];
  const { transport } = aTransport(async ({ seq }) => {
    if (refusals.delete(seq)) throw new Error("no");
    taken.push(seq);
  });
  const seqs = Array.from({ length: 200 }, (_, n) => n + 1);
  await publishing(replica, "hot", ...seqs);
  let rounds = 0;
  const counting = Object.assign(Object.create(replica.outbox) as typeof replica.outbox, {
    due: (limit: number, busy: readonly string[]) => {
      rounds++;
      return replica.outbox.due(limit, busy);
    },
  });
  relaying({ ...replica, outbox: counting }, transport);
  await eventually(async () => (await pendingIn(replica)) === 0);
  expect(taken).toEqual(seqs);
  expect(rounds).toBeLessThan(60);
});

test("what was published before the stream was lost is published again, ahead of the rest of its run", async () => {
  const replica = aReplica((await aDatabase())());
  const taken: number[] = [];
  let lose = (): void => undefined;
  const { transport } = aTransport(async ({ seq }) => {
    taken.push(seq);
    if (seq === 5) lose();
  });
  await publishing(replica, "lost", 1, 2, 3, 4, 5, 6, 7, 8);
  const relay = relaying(replica, transport);
  lose = () => {
    lose = () => undefined;
    relay.forgetPublished();
  };
  await eventually(async () => (await pendingIn(replica)) === 0);
  expect(taken).toEqual([1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 6, 7, 8]);
});

test("an event that the broker refuses is offered again, and only its own aggregate waits", async () => {
  const replica = aReplica((await aDatabase())());
  let refusals = 2;
  const { given, transport } = aTransport(async (event) => {
    if (event.aggregateId === "a" && event.seq === 1 && refusals-- > 0)
      throw new Error("no leader");
  });
  await publishing(replica, "a", 1, 2);
  await publishing(replica, "b", 1, 2);
  relaying(replica, transport);
  await eventually(async () => (await pendingIn(replica)) === 0);
  const order = given.map((event) => `${event.aggregateId}${event.seq}`);
  expect(order.filter((name) => name.startsWith("a"))).toEqual(["a1", "a1", "a1", "a2"]);
  expect(order.filter((name) => name.startsWith("b"))).toEqual(["b1", "b2"]);
  expect(order.lastIndexOf("b2")).toBeLessThan(order.lastIndexOf("a1"));
  const rows = await replica.db.query(
    "SELECT attempts, last_error FROM outbox WHERE aggregate_id = 'a' ORDER BY seq",
  );
  expect(rows).toEqual([
    { attempts: 3, last_error: null },
    { attempts: 1, last_error: null },
  ]);
});

test("what a unit of work publishes is written with its state, or not at all", async () => {
  const replica = aReplica((await aDatabase())());
  const doomed = replica.outbox.unitOfWork(async (work) => {
    await work.query("INSERT INTO effect (aggregate_id) VALUES ('a')");
    const payload = { orderId: "a", lines: [] };
    work.publish({ name: "stock.released", payload, aggregateId: "a", seq: 1 });
    throw new Error("changed my mind");
  });
  await expect(doomed).rejects.toThrow("changed my mind");
  expect(await pendingIn(replica)).toBe(0);
  expect(await effectsOf(replica.db)).toEqual([]);
});

test("rows that are gathered are written together, before the next question of their transaction", async () => {
  const replica = aReplica((await aDatabase())());
  const batches: (readonly string[])[] = [];
  const write = async (tx: Queryable, ids: readonly string[]): Promise<void> => {
    batches.push(ids);
    await tx.query("INSERT INTO effect (aggregate_id) SELECT unnest($1::text[])", [ids]);
  };
  const seen = await replica.outbox.unitOfWork(async (work) => {
    for (const id of ["a", "b"]) await work.gather(write, id);
    const rows = await work.query("SELECT aggregate_id FROM effect");
    await work.gather(write, "c");
    return rows.length;
  });
  expect([seen, batches]).toEqual([2, [["a", "b"], ["c"]]]);
  expect(await effectsOf(replica.db)).toHaveLength(3);
});

test("a relay that dies between the broker's ack and its mark publishes again", async () => {
  const replica = aReplica((await aDatabase())());
  await publishing(replica, "a", 1);
  const { given, transport } = aTransport(async () => undefined);
  const process = mortal(replica.db);
  const dying = new Relay({
    outbox: {
      due: (limit, busy) => replica.outbox.due(limit, busy),
      markPublished: async () => process.die(),
      markFailed: async () => process.die(),
    },
    transport,
    logger: silent,
  });
  dying.start();
  await eventually(async () => given.length > 0);
  await dying.stop();
  relaying(replica, transport);
  await eventually(async () => (await pendingIn(replica)) === 0);
  expect(ids(given)).toEqual([given[0]?.id, given[0]?.id]);
});
