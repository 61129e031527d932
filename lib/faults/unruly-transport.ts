import { setTimeout as sleep } from "node:timers/promises";
import type { EventEnvelope } from "../messaging/event";
import type { Consumer, Transport } from "../messaging/transport";
import { isArmed } from "./points";
import { seededRandom, shuffled } from "./random";

const WINDOW = 50;
const WINDOW_MS = 50;
const RETRY_MS = 100;

/**
 * A transport as bad as its contract allows: where `dup` is armed at `<consumer>.deliver`, each event
 * is delivered twice at once and a third time behind later ones; where `shuffle` is armed at
 * `<source>.publish`, events go out in windows of fifty, mixed. A window is only in memory: do not
 * kill a process that shuffles.
 */
export function unruly(transport: Transport, seed: number): Transport {
  const random = seededRandom(seed);
  let waiting: EventEnvelope[] = [];
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  async function publishUntilTaken(event: EventEnvelope): Promise<void> {
    for (;;) {
      try {
        await transport.publish(event);
        return;
      } catch (error) {
        if (closed) throw error;
        await sleep(RETRY_MS);
      }
    }
  }

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const events = shuffled(waiting, random);
    waiting = [];
    await Promise.all(events.map(publishUntilTaken));
  }

  return {
    open: () => transport.open(),
    streamState: () => transport.streamState(),
    eventAt: (seq) => transport.eventAt(seq),
    lag: () => transport.lag(),
    ownLag: () => transport.ownLag(),
    async publish(event) {
      if (!isArmed(`${event.source}.publish`, "shuffle")) return transport.publish(event);
      waiting.push(event);
      if (waiting.length >= WINDOW)
        void flush().catch(() => undefined); // only when it closes
      else timer ??= setTimeout(() => void flush().catch(() => undefined), WINDOW_MS);
      return null;
    },
    subscribe: (consumer) => transport.subscribe(repeating(consumer)),
    async close() {
      await flush().catch(() => undefined); // its consumers may have stopped before
      closed = true;
      await transport.close();
    },
  };
}

function repeating(consumer: Consumer): Consumer {
  let late: readonly EventEnvelope[] = [];
  return {
    ...consumer,
    async receive(batch) {
      if (!isArmed(`${consumer.name}.deliver`, "dup")) return consumer.receive(batch);
      const before = late;
      late = batch;
      await consumer.receive(batch);
      await consumer.receive(batch);
      if (before.length > 0) await consumer.receive(before);
    },
  };
}
