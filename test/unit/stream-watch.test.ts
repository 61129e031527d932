import { describe, expect, it } from "vitest";
import type { Published } from "../../lib/messaging/transport";
import {
  StreamWatch,
  type RecoverableOutbox,
  type StreamMark,
} from "../../lib/messaging/stream-watch";
import { eventually } from "../support/eventually";

/** An outbox that notes what is asked of it; every event in it is published at first. */
function anOutbox(published: string[]) {
  let mark: StreamMark | null = null;
  const state = { reopened: [] as string[], recoveries: 0 };
  const outbox: RecoverableOutbox = {
    streamMark: async () => mark,
    keepStreamMark: async (sight) => {
      if (mark && sight.lastSeq < mark.lastSeq) return;
      mark = { ...sight, recoveries: mark?.recoveries ?? 0, recoverBefore: null };
    },
    beginRecovery: async (sight, recoveries) => {
      if (recoveries !== mark?.recoveries) return;
      state.recoveries++;
      mark = { ...sight, recoveries: state.recoveries, recoverBefore: "2026-01-01T00:00:00.000Z" };
    },
    reopen: async (_before, after, limit) => {
      const batch = published.filter((id) => after === null || id > after).slice(0, limit);
      state.reopened.push(...batch);
      return batch.at(-1) ?? null;
    },
    endRecovery: async () => {
      if (mark) mark = { ...mark, recoverBefore: null };
    },
    isCongested: async () => false,
  };
  return { outbox, state };
}

/** The broker's stream: when it was made, and the ids of its events in order. */
const aStream = () => aStreamOf({ created: "monday", firstSeq: 1, ids: ["a", "b", "c"] });

function aStreamOf(broker: { created: string; firstSeq: number; ids: string[] }) {
  return {
    broker,
    transport: {
      streamState: async () => ({
        created: broker.created,
        firstSeq: broker.firstSeq,
        lastSeq: broker.ids.length,
      }),
      eventAt: async (seq: number) => broker.ids[seq - 1] ?? null,
    },
  };
}

function aReplica(outbox: RecoverableOutbox, { transport }: ReturnType<typeof aStream>) {
  const relay = {
    newest: null as Published | null,
    forgetPublished: () => void (relay.newest = null),
    wake: () => undefined,
  };
  const logger = { warn: () => undefined, error: () => undefined, info: () => undefined };
  return { relay, watch: new StreamWatch({ transport, outbox, relay, logger }) };
}

async function aWatchedStream() {
  const stream = aStream();
  const { outbox, state } = anOutbox(["a", "b", "c"]);
  const { relay, watch } = aReplica(outbox, stream);
  relay.newest = { seq: 3, id: "c" };
  await watch.run();
  return { ...stream, stream, outbox, state, relay, watch };
}

describe("a stream watch", () => {
  it("publishes nothing again while the stream grows", async () => {
    const { broker, state, watch } = await aWatchedStream();
    broker.ids.push("d");
    await watch.run();
    expect(state).toEqual({ reopened: [], recoveries: 0 });
  });

  it("publishes all again when the stream was made anew", async () => {
    const { broker, state, watch } = await aWatchedStream();
    Object.assign(broker, { created: "tuesday", ids: [] });
    await watch.run();
    expect(state).toEqual({ reopened: ["a", "b", "c"], recoveries: 1 });
    await watch.run();
    expect(state.recoveries).toBe(1);
  });

  it("publishes all again when the stream lost its end", async () => {
    const { broker, state, watch } = await aWatchedStream();
    broker.ids = ["a", "b"];
    await watch.run();
    expect(state.reopened).toEqual(["a", "b", "c"]);
  });

  it("publishes all again when the stream lost its end and has grown since", async () => {
    const { broker, state, watch } = await aWatchedStream();
    broker.ids = ["a", "b", "x", "y", "z"];
    await watch.run();
    expect(state.reopened).toEqual(["a", "b", "c"]);
  });

  it("does not mind that what is old has left the stream", async () => {
    const { broker, state, watch } = await aWatchedStream();
    broker.ids = ["a", "b", "gone", "d", "e"];
    broker.firstSeq = 4;
    await watch.run();
    expect(state.recoveries).toBe(0);
  });

  it("goes on with what a killed process had begun", async () => {
    const { broker, outbox, state, stream } = await aWatchedStream();
    broker.ids = [];
    await outbox.beginRecovery({ created: "monday", lastSeq: 0, newest: null }, 0);
    await aReplica(outbox, stream).watch.run();
    expect(state.reopened).toEqual(["a", "b", "c"]);
    expect((await outbox.streamMark())?.recoverBefore).toBeNull();
  });

  it("can be stopped while the outbox is congested: another process goes on", async () => {
    const { broker, outbox, stream } = await aWatchedStream();
    broker.ids = [];
    await outbox.beginRecovery({ created: "monday", lastSeq: 0, newest: null }, 0);
    let asked = 0;
    outbox.isCongested = async () => {
      asked++;
      return true;
    };
    const { watch } = aReplica(outbox, stream);
    watch.start();
    await eventually(async () => asked > 0);
    await watch.stop();
    expect((await outbox.streamMark())?.recoverBefore).not.toBeNull();
  });

  it("takes nothing for lost that another replica saw after it looked", async () => {
    const { broker, outbox, state, stream, transport, watch } = await aWatchedStream();
    const other = aReplica(outbox, aStreamOf(broker));
    const { streamState } = stream.transport;
    transport.streamState = async () => {
      const seen = await streamState();
      broker.ids.push("d");
      await other.watch.run();
      return seen;
    };
    await watch.run();
    expect(state.recoveries).toBe(0);
    expect((await outbox.streamMark())?.lastSeq).toBe(4);
  });

  it("counts a loss once that two replicas notice at the same time", async () => {
    const { broker, outbox, state, stream, watch } = await aWatchedStream();
    const other = aReplica(outbox, stream);
    await other.watch.run();
    Object.assign(broker, { created: "tuesday", ids: [] });
    await Promise.all([watch.run(), other.watch.run()]);
    expect(state.recoveries).toBe(1);
  });

  it("does not repeat what another replica has done", async () => {
    const { broker, outbox, state, stream, watch } = await aWatchedStream();
    const other = aReplica(outbox, stream);
    other.relay.newest = { seq: 2, id: "b" };
    await other.watch.run();
    broker.ids = ["c"];
    await watch.run();
    expect(state.recoveries).toBe(1);
    await other.watch.run();
    expect(state.recoveries).toBe(1);
  });
});
