import { beforeEach, describe, expect, test } from "vitest";
import { unavailable } from "../../lib/errors";
import { newId } from "../../lib/ids";
import type { EventEnvelope } from "../../lib/messaging/event";
import { newRecord, type InboxRecord, type InboxRecords } from "../../lib/messaging/inbox-records";
import { KeyedInbox } from "../../lib/messaging/keyed-inbox";
import { quietLogger } from "../support/quiet-logger";

class MemoryRecords implements InboxRecords {
  readonly kept = new Map<string, InboxRecord>();
  away = false;
  /** By how many ms its clock is ahead of ours. */
  ahead = 0;

  async get(ids: readonly string[]) {
    return ids.map((id) => this.kept.get(id) ?? null);
  }
  async put(records: readonly InboxRecord[]) {
    if (this.away) throw unavailable(new Error("away"));
    for (const record of records) this.kept.set(record.event.id, record);
  }
  async remove(id: string) {
    this.kept.delete(id);
  }
  async all() {
    return [...this.kept.values()];
  }
  async now() {
    return Date.now() + this.ahead;
  }
}

const anEvent = (name = "thing.happened"): EventEnvelope => ({
  id: newId(),
  name,
  version: 1,
  source: "things",
  aggregateId: "a",
  seq: 1,
  payload: {},
  correlationId: "c",
  causationId: null,
  traceparent: null,
  occurredAt: new Date().toISOString(),
});

let records: MemoryRecords;
let handled: string[];
/** What the handler does with an event, beside noting it. */
let work: (event: EventEnvelope) => Promise<void>;
let inbox: KeyedInbox;

const open = (backoffMs = 0) =>
  new KeyedInbox({
    records,
    node: "n1",
    handlers: {
      "thing.happened": async (event) => {
        handled.push(event.id);
        await work(event);
      },
    },
    faultOf: (event) => (event.name === "thing.garbled" ? "bad payload" : null),
    logger: quietLogger,
    backoffMs: () => backoffMs,
  });
const failing = async () => {
  throw new Error("broken");
};
/** Everything that is parked gets one more try. */
const retry = async () => {
  inbox.start();
  await inbox.stop();
};

beforeEach(() => {
  records = new MemoryRecords();
  handled = [];
  work = async () => undefined;
  inbox = open();
});

describe("a keyed inbox", () => {
  test("handles each event of a batch once, and keeps nothing of it", async () => {
    const [one, two] = [anEvent(), anEvent()];
    await inbox.receive([one, two, one]);
    expect(handled).toEqual([one.id, two.id]);
    expect(records.kept.size).toBe(0);
    expect(await inbox.trace("c")).toMatchObject([
      { event_id: one.id, status: "done", attempts: 1 },
      { event_id: two.id, status: "done", attempts: 1 },
    ]);
  });

  test("parks what fails, and does not hold up the others", async () => {
    const [bad, good] = [anEvent(), anEvent()];
    work = async (event) => (event === bad ? failing() : undefined);
    await inbox.receive([bad, good]);
    expect([...records.kept.values()]).toMatchObject([
      { event: bad, status: "parked", attempts: 1, error: "broken" },
    ]);
    work = async () => undefined;
    await retry();
    expect(handled).toEqual([bad.id, good.id, bad.id]);
    expect(await inbox.backlog()).toMatchObject({ parkedEvents: 0, deadLetters: 0 });
  });

  test.each([3_600_000, -3_600_000])(
    "tries again when the records' clock says so, which is %i ms ahead of ours",
    async (ahead) => {
      records.ahead = ahead;
      inbox = open(60_000);
      work = failing;
      await inbox.receive([anEvent()]);
      records.ahead = ahead + 50_000;
      await retry();
      expect(handled).toHaveLength(1);
      records.ahead = ahead + 60_000;
      await retry();
      expect(handled).toHaveLength(2);
    },
  );

  test("takes a parked event's redelivery without handling it", async () => {
    const event = anEvent();
    work = failing;
    await inbox.receive([event]);
    await inbox.receive([event]);
    expect(handled).toHaveLength(1);
  });

  test("makes a dead letter after eight attempts", async () => {
    const event = anEvent();
    work = failing;
    await inbox.receive([event]);
    for (let attempt = 2; attempt <= 10; attempt++) await retry();
    expect(handled).toHaveLength(8);
    expect(await inbox.deadLetters({ limit: 10 })).toMatchObject([
      { event, error: "broken", attempts: 8, replayed_at: null },
    ]);
    expect(await inbox.backlog()).toMatchObject({ parkedEvents: 0, deadLetters: 1 });
  });

  test("makes a dead letter at once of what no attempt can make good", async () => {
    await inbox.receive([anEvent("thing.garbled")]);
    expect(handled).toEqual([]);
    expect(await inbox.deadLetters({ limit: 1 })).toMatchObject([{ error: "bad payload" }]);
  });

  test("counts an attempt before it is made", async () => {
    let counted: number | undefined;
    work = async (event) => void (counted = records.kept.get(event.id)?.attempts);
    await inbox.receive([anEvent()]);
    expect(counted).toBe(1);
  });

  test("gives up an event that killed the process eight times, and only that one", async () => {
    const [killer, neighbour] = [anEvent(), anEvent()];
    await records.put([newRecord(killer, 8), newRecord(neighbour, 1)]);
    await inbox.receive([killer, neighbour]);
    expect(handled).toEqual([neighbour.id]);
    expect(await inbox.deadLetters({ limit: 1 })).toMatchObject([
      { event: killer, error: "the process died while handling it" },
    ]);
  });

  test("refuses a batch while the store is away, and counts nothing against it", async () => {
    const event = anEvent();
    work = async () => {
      throw unavailable(new Error("away"));
    };
    for (let n = 0; n < 20; n++) await expect(inbox.receive([event])).rejects.toThrow();
    expect(records.kept.get(event.id)).toMatchObject({ status: "begun", attempts: 0 });
    records.away = true;
    await expect(inbox.receive([anEvent()])).rejects.toThrow();
    records.away = false;
    work = async () => undefined;
    await inbox.receive([event]);
    expect(records.kept.size).toBe(0);
  });
});

describe("a dead letter", () => {
  const bury = async () => {
    work = failing;
    const event = anEvent();
    await records.put([{ ...newRecord(event, 7), status: "parked" }]);
    await retry();
    const [letter] = await inbox.deadLetters({ limit: 1 });
    return { event, id: letter?.id ?? "" };
  };

  test("that is replayed is handled again, with a fresh count", async () => {
    const { event, id } = await bury();
    handled = [];
    expect(await inbox.replayDeadLetter(id)).toBe(true);
    expect(await inbox.replayDeadLetter(id)).toBe(false);
    expect(await inbox.deadLetters({ limit: 1 })).toEqual([]);
    expect((await inbox.deadLetters({ id, limit: 1 }))[0]?.replayed_at).toBeInstanceOf(Date);
    await retry();
    expect(records.kept.get(event.id)).toMatchObject({ status: "parked", attempts: 1 });
    work = async () => undefined;
    await retry();
    expect(handled).toEqual([event.id, event.id]);
    expect(records.kept.size).toBe(0);
  });

  test("that is deleted is gone, and a late duplicate is not handled", async () => {
    const { event, id } = await bury();
    handled = [];
    expect(await inbox.deleteDeadLetter({ id: id, by: "me", note: "void" })).toBe(true);
    expect(await inbox.deleteDeadLetter({ id: id, by: "me", note: "void" })).toBe(false);
    await inbox.receive([event]);
    expect(handled).toEqual([]);
    expect(await inbox.backlog()).toMatchObject({ parkedEvents: 0, deadLetters: 0 });
  });

  test("is listed newest first, by event, and page by page", async () => {
    const first = await bury();
    const second = await bury();
    const ids = async (filter: object) =>
      (await inbox.deadLetters({ limit: 10, ...filter })).map((letter) => letter.id);
    expect(await ids({})).toEqual([second.id, first.id]);
    expect(await ids({ before: second.id })).toEqual([first.id]);
    expect(await ids({ limit: 1 })).toEqual([second.id]);
    const third = await bury();
    expect(await ids({ after: first.id })).toEqual([second.id, third.id]);
    expect(await ids({ event: "other" })).toEqual([]);
  });
});
