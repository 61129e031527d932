import { Errors, type Context } from "moleculer";
import { meshMetrics } from "../observability/mesh-metrics";
import { meterOf } from "../observability/meter";
import { middleware, remainingMs, type ContractOf, type Handler } from "./middleware";

export interface BulkheadOptions {
  readonly contractOf: ContractOf;
  /** Calls of one action that run at a time on one node, where its contract does not say. */
  readonly concurrency: number;
  /** How long a burst may keep its first one waiting, in ms (1,000). */
  readonly burstMs?: number;
}

interface Waiting {
  readonly ctx: Context;
  readonly since: number;
  readonly run: () => void;
  readonly refuse: (error: Error) => void;
}

/** Per running call; for long, more would only grow old. */
const QUEUE_FACTOR = 2;
/** For a moment: to refuse a burst that could be served costs more than to serve it, as all come again. */
const BURST_FACTOR = 8;
const BURST_MS = 1_000;

/**
 * Lets only so many calls of an action run at a time on this node, and a few wait, more of them while
 * nobody has waited for long. Who finds the queue full hears so at once; whose caller has stopped
 * waiting is never run (RELIABILITY T7).
 */
export const bulkhead = ({
  contractOf,
  concurrency: fallback,
  burstMs = BURST_MS,
}: BulkheadOptions) =>
  middleware((broker) => {
    const meter = meterOf(broker, meshMetrics);
    return {
      name: "Bulkhead",
      localAction(next, action) {
        const name = action.name ?? "";
        const contract = contractOf(name);
        if (!contract) return next;
        const data = { action: name, nodeID: broker.nodeID };
        const refused = (reason: string) =>
          meter.add("mesh_bulkhead_refused_total", { action: name, reason });
        const places = new Places(contract.concurrency ?? fallback, burstMs, {
          onQueue: (length) => meter.set("mesh_bulkhead_queue", length, { action: name }),
          onLate() {
            refused("late");
            return new Errors.RequestSkippedError(data);
          },
          onFull() {
            refused("full");
            return new Errors.QueueIsFullError(data);
          },
        });
        return (ctx) => places.run(ctx, next);
      },
    };
  });

interface PlacesEvents {
  onQueue(length: number): void;
  onLate(): Error;
  onFull(): Error;
}

/** The running and the waiting calls of one action. */
class Places {
  #running = 0;
  #queue: Waiting[] = [];

  constructor(
    readonly concurrency: number,
    readonly burstMs: number,
    readonly on: PlacesEvents,
  ) {}

  async run(ctx: Context, handler: Handler): Promise<unknown> {
    if (this.#running >= this.concurrency) await this.#turn(ctx);
    else this.#running += 1;
    try {
      return await handler(ctx);
    } finally {
      this.#leave();
    }
  }

  /** Resolves when it is the turn of `ctx`, which has its place then. */
  #turn(ctx: Context): Promise<void> {
    if (this.#isFull()) this.#dropLate();
    if (this.#isFull()) return Promise.reject(this.on.onFull());
    return new Promise((run, refuse) => {
      this.#queue.push({ ctx, run, refuse, since: performance.now() });
      this.on.onQueue(this.#queue.length);
    });
  }

  #isFull(): boolean {
    const [oldest] = this.#queue;
    const isBurst = oldest === undefined || performance.now() - oldest.since < this.burstMs;
    return this.#queue.length >= (isBurst ? BURST_FACTOR : QUEUE_FACTOR) * this.concurrency;
  }

  /** Hands the place to the next whose caller still waits. */
  #leave(): void {
    this.#dropLate();
    const next = this.#queue.shift();
    if (!next) {
      this.#running -= 1;
      return;
    }
    this.on.onQueue(this.#queue.length);
    next.run();
  }

  #dropLate(): void {
    const late = this.#queue.filter(({ ctx }) => remainingMs(ctx) < 1);
    if (late.length === 0) return;
    this.#queue = this.#queue.filter((waiting) => !late.includes(waiting));
    this.on.onQueue(this.#queue.length);
    for (const { refuse } of late) refuse(this.on.onLate());
  }
}
