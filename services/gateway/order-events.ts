import type { ServerResponse } from "node:http";
import type { Static } from "@sinclair/typebox";
import type { Logger } from "moleculer";
import type { contracts } from "../../contracts";
import { fail } from "../../contracts/errors";
import type { OrderStatus } from "../../contracts/orders";
import { hasCode } from "../../lib/errors";
import type { Caller } from "../../lib/mesh/types";
import { Poller } from "../../lib/store/poller";
import type { Answer, Exchange } from "./exchange";
import { sendStreamHead } from "./send";
import { StreamSlots } from "./stream-slots";

export interface OrderEventsOptions {
  readonly caller: Caller;
  readonly logger: Pick<Logger, "warn">;
  readonly secure: boolean;
  readonly pollMs?: number;
  readonly heartbeatMs?: number;
  /** How long one stream lives; the client comes back with a token that is still good. */
  readonly lifeMs?: number;
}

type HistoryEntry = Static<typeof contracts.orders.actions.history.result>[number];

interface Listener {
  readonly res: ServerResponse;
  /** Of the last status that it was told. */
  version: number;
}

interface Watch {
  readonly poller: Poller;
  readonly listeners: Set<Listener>;
}

const CONTENT_TYPE = "text/event-stream";
const HEADERS = {
  "content-type": CONTENT_TYPE,
  "cache-control": "no-store",
  "x-accel-buffering": "no",
};
const RETRY_MS = 2_000;
const CALL_TIMEOUT_MS = 2_000;
/** A client that does not read is cut off rather than remembered. */
const MAX_BUFFERED_BYTES = 64 * 1024;
const FINAL: ReadonlySet<OrderStatus> = new Set(["delivered", "cancelled", "refunded"]);

/**
 * The status of orders as server-sent events. One poll an order, however many listen to it, and only
 * while somebody does; a broadcast of the orders service hastens it, and may as well get lost.
 */
export class OrderEvents {
  readonly #options: Required<OrderEventsOptions>;
  readonly #watches = new Map<string, Watch>();
  readonly #slots = new StreamSlots();
  readonly #heartbeat: NodeJS.Timeout;

  constructor(options: OrderEventsOptions) {
    this.#options = { pollMs: 500, heartbeatMs: 15_000, lifeMs: 600_000, ...options };
    this.#heartbeat = setInterval(() => this.#beat(), this.#options.heartbeatMs).unref();
  }

  /**
   * Streams what `userId`'s order went through after `lastEventId`, and then what it goes through.
   * Null once the stream is open, or its client has left; 204, which tells a client to stay away,
   * when nothing will come.
   */
  async open(exchange: Exchange, userId: string, id: string): Promise<Answer | null> {
    const { res } = exchange;
    // Its `close` has been: it would hold the slot for ever.
    if (isGone(res)) return null;
    res.once("close", this.#slots.take(userId));
    const history = await this.#historyOf(userId, id);
    if (isGone(res)) return null;
    const after = lastEventId(exchange);
    const news = history.filter(({ version }) => version > after);
    const ended = isFinal(history.at(-1));
    if (ended && news.length === 0) return { status: 204, headers: {}, body: null };
    if (exchange.req.method === "HEAD") return { status: 200, headers: HEADERS, body: null };

    sendStreamHead(exchange, HEADERS, { closing: false, secure: this.#options.secure });
    const listener: Listener = { res, version: after };
    write(res, `retry: ${RETRY_MS}\n\n`);
    if (this.#tell(listener, id, news)) return null;
    // `close` has been meanwhile, and has not seen this one.
    if (this.#slots.isClosed) res.end();
    else this.#listen(listener, id);
    return null;
  }

  /** Looks at once whether the order has moved. */
  wake(orderId: string): void {
    this.#watches.get(orderId)?.poller.wake();
  }

  /** Ends all streams; clients come back, to another gateway or to us. */
  async close(): Promise<void> {
    clearInterval(this.#heartbeat);
    this.#slots.close();
    const watches = [...this.#watches.values()];
    for (const { listeners } of watches) for (const { res } of listeners) res.end();
    await Promise.all(watches.map(({ poller }) => poller.stop()));
  }

  async #historyOf(userId: string, id: string): Promise<HistoryEntry[]> {
    const options = { timeout: CALL_TIMEOUT_MS };
    try {
      return await this.#options.caller.call("orders.history", { id, userId }, options);
    } catch (error) {
      // The id is part of a path: what cannot be an id is not there.
      throw hasCode(error, "VALIDATION_FAILED") ? fail("NOT_FOUND") : error;
    }
  }

  #listen(listener: Listener, id: string): void {
    const watch = this.#watches.get(id) ?? this.#watch(id);
    watch.listeners.add(listener);
    const old = setTimeout(() => listener.res.end(), this.#options.lifeMs).unref();
    listener.res.once("close", () => {
      clearTimeout(old);
      watch.listeners.delete(listener);
      if (watch.listeners.size > 0) return;
      if (this.#watches.get(id) === watch) this.#watches.delete(id);
      void watch.poller.stop();
    });
  }

  #watch(id: string): Watch {
    const listeners = new Set<Listener>();
    const poller = new Poller({
      name: `events of order ${id}`,
      everyMs: this.#options.pollMs,
      logger: this.#options.logger,
      run: () => this.#poll(id, listeners),
    });
    const watch = { poller, listeners };
    this.#watches.set(id, watch);
    poller.start();
    return watch;
  }

  async #poll(id: string, listeners: ReadonlySet<Listener>): Promise<void> {
    const afterVersion = Math.min(...[...listeners].map(({ version }) => version));
    if (!Number.isFinite(afterVersion)) return;
    const news = await this.#options.caller.call(
      "orders.history",
      { id, afterVersion },
      { timeout: CALL_TIMEOUT_MS },
    );
    for (const listener of listeners) this.#tell(listener, id, news);
  }

  /** Writes what is new to the listener; true when that was the end. */
  #tell(listener: Listener, orderId: string, news: readonly HistoryEntry[]): boolean {
    const { res } = listener;
    for (const { version, status, reason, at } of news) {
      if (version <= listener.version) continue;
      const data = JSON.stringify({ orderId, status, at, version, ...(reason ? { reason } : {}) });
      write(res, `event: order.status\nid: ${version}\ndata: ${data}\n\n`);
      listener.version = version;
    }
    const ended = isFinal(news.at(-1));
    if (ended) res.end();
    return ended;
  }

  #beat(): void {
    for (const { listeners } of this.#watches.values()) {
      for (const { res } of listeners) {
        if (res.writableLength > MAX_BUFFERED_BYTES) res.destroy();
        else write(res, ": ping\n\n");
      }
    }
  }
}

/** Whether it has ended or its client has left; over HTTP/2 only `writableEnded` tells. */
const isGone = (res: ServerResponse): boolean => res.writableEnded || res.destroyed;

/** A stream that has ended, and not closed yet, would take a late write for an error. */
function write(res: ServerResponse, text: string): void {
  if (!isGone(res)) res.write(text);
}

const isFinal = (entry: HistoryEntry | undefined): boolean =>
  entry !== undefined && FINAL.has(entry.status);

/** What a client that comes back has seen already; 0 for one that comes first, or says nonsense. */
function lastEventId({ req }: Exchange): number {
  const header = req.headers["last-event-id"];
  return typeof header === "string" && /^\d{1,9}$/.test(header) ? Number(header) : 0;
}
