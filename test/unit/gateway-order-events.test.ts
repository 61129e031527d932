import { EventEmitter } from "node:events";
import { afterEach, beforeEach, expect, it } from "vitest";
import { newId } from "../../lib/ids";
import type { Exchange } from "../../services/gateway/exchange";
import { OrderEvents } from "../../services/gateway/order-events";

const ADA = newId();
const ORDER = newId();
const OTHER = newId();
let asked: string[];
let leaveMeanwhile: () => void;
let events: OrderEvents;

beforeEach(() => {
  asked = [];
  leaveMeanwhile = () => undefined;
  const call = async (_action: string, { id }: { id: string }) => {
    asked.push(id);
    leaveMeanwhile();
    return [{ version: 1, status: "pending", at: new Date().toISOString() }];
  };
  const caller = { call } as never;
  events = new OrderEvents({ caller, logger: { warn: () => undefined }, secure: false, pollMs: 5 });
});
afterEach(() => events.close());

/** An answer whose client is there until `leave`, as Node's two protocols show it. */
class Response extends EventEmitter {
  destroyed?: boolean;
  writableEnded = false;
  constructor(readonly version: 1 | 2) {
    super();
  }
  writeHead = () => this;
  flushHeaders = () => undefined;
  write = () => true;
  end = () => undefined;
  leave() {
    // Node's compatible API of HTTP/2 knows no `destroyed`.
    if (this.version === 1) this.destroyed = true;
    else this.writableEnded = true;
    this.emit("close");
  }
}

it("ends a stream that was about to open when the gateway stopped", async () => {
  const res = new Response(1);
  let ends = 0;
  res.end = () => void ends++;
  leaveMeanwhile = () => void events.close();
  expect(await open(res)).toBeNull();
  expect(ends).toBe(1);
  expect(asked).toEqual([ORDER]);
});

const open = (res: Response, id = ORDER) => {
  const req = { headers: {}, method: "GET", httpVersionMajor: res.version };
  return events.open({ req, res, headers: {} } as unknown as Exchange, ADA, id);
};

it.each([1, 2] as const)(
  "a client of HTTP/%s that left before holds no stream",
  async (version) => {
    for (let n = 0; n < 20; n++) {
      const res = new Response(version);
      res.leave();
      expect(await open(res)).toBeNull();
    }
    expect(asked).toEqual([]);
  },
);

it.each([1, 2] as const)(
  "a client of HTTP/%s that leaves meanwhile is not polled for",
  async (version) => {
    const res = new Response(version);
    leaveMeanwhile = () => res.leave();
    expect(await open(res)).toBeNull();
    leaveMeanwhile = () => undefined;
    const stays = new Response(version);
    await open(stays, OTHER);
    await expect.poll(() => asked.filter((id) => id === OTHER).length).toBeGreaterThan(5);
    expect(asked.filter((id) => id === ORDER)).toHaveLength(1);
    stays.leave();
  },
);
