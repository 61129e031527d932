import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TcpProxy } from "../../chaos/tcp-proxy";
import { findFreePort } from "../../lib/embedded/postgres/port";
import { accepts } from "../support/free-port";
import { eventually } from "../support/eventually";

/** One end of a connection, and what came of it. */
interface End {
  readonly socket: Socket;
  received: string;
  ended: boolean;
  /** The code of the error that closed it, or "closed". */
  closed: string | null;
}

function watch(socket: Socket): End {
  const end: End = { socket, received: "", ended: false, closed: null };
  let fault = "closed";
  socket.on("data", (bytes) => (end.received += bytes.toString()));
  socket.on("end", () => (end.ended = true));
  socket.on("error", (error: NodeJS.ErrnoException) => (fault = error.code ?? ""));
  socket.on("close", () => (end.closed = fault));
  return end;
}

let server: Server;
let proxy: TcpProxy;
let accepted: End[];
let opened: Socket[];

beforeEach(async () => {
  [accepted, opened] = [[], []];
  server = createServer({ allowHalfOpen: true }, (socket) => accepted.push(watch(socket)));
  const port = await findFreePort();
  await once(server.listen(port, "127.0.0.1"), "listening");
  proxy = await TcpProxy.start(port, await findFreePort());
});
afterEach(async () => {
  proxy.close();
  for (const socket of opened) socket.destroy();
  for (const { socket } of accepted) socket.destroy();
  await once(server.close(), "close");
});

const until = (what: string, probe: () => boolean): Promise<boolean> =>
  eventually(async () => probe(), { what, timeoutMs: 5_000 });

/** A connection through the proxy: the client's end, and the server's. */
async function open(): Promise<{ client: End; server: End }> {
  const before = accepted.length;
  const socket = connect({ port: proxy.port, host: "127.0.0.1", allowHalfOpen: true });
  opened.push(socket);
  const client = watch(socket);
  await until("a connection", () => accepted.length > before);
  return { client, server: accepted[before] as End };
}

/** How long until `end` has received so much, in ms. */
async function timeOf(end: End, text: string): Promise<number> {
  const began = performance.now();
  await until(`all of ${text.length} bytes`, () => end.received === text);
  return performance.now() - began;
}

test("bytes pass in both directions, and so does the end of one", async () => {
  const ends = await open();
  const much = "0123456789".repeat(300_000);
  ends.client.socket.end(much);
  await timeOf(ends.server, much);
  await until("the client's end to arrive", () => ends.server.ended);
  ends.server.socket.end("an answer");
  await timeOf(ends.client, "an answer");
  await until("all to close", () => ends.client.closed === "closed" && ends.server.closed !== null);
});

test("who breaks its connection breaks it for the other", async () => {
  const ends = await open();
  ends.server.socket.resetAndDestroy();
  await until("the client to be told", () => ends.client.closed === "ECONNRESET");
});

test("latency and jitter hold bytes back on one way, and keep their order", async () => {
  const ends = await open();
  proxy.set("up", { latencyMs: 100, jitterMs: 50 });
  const words = Array.from({ length: 20 }, (_, n) => `${n} `);
  for (const word of words) {
    ends.client.socket.write(word);
    await sleep(2);
  }
  expect(await timeOf(ends.server, words.join(""))).toBeGreaterThan(50);
  ends.server.socket.write("back");
  expect(await timeOf(ends.client, "back")).toBeLessThan(90);
  proxy.set("up", {});
  ends.client.socket.write("!");
  expect(await timeOf(ends.server, `${words.join("")}!`)).toBeLessThan(90);
});

test("a throttle lets so many bytes a second through", async () => {
  const ends = await open();
  proxy.set("down", { bytesPerSecond: 100_000 });
  const text = "x".repeat(50_000);
  ends.server.socket.write(text);
  const ms = await timeOf(ends.client, text);
  expect(ms).toBeGreaterThan(450);
  expect(ms).toBeLessThan(2_000);
});

test("a black hole swallows bytes and goodbyes of one way, and breaks what it bit when it ends", async () => {
  const [bitten, spared] = [await open(), await open()];
  proxy.set("up", { blackHole: true });
  bitten.client.socket.write("lost");
  bitten.server.socket.write("heard");
  await timeOf(bitten.client, "heard");
  await sleep(50);
  expect(bitten.server).toMatchObject({ received: "", ended: false, closed: null });
  const third = await open();
  third.client.socket.end("into the dark");
  await sleep(50);
  expect(third.server).toMatchObject({ received: "", ended: false });
  proxy.set("up", {});
  await until("both sides to be told", () =>
    [bitten.client, bitten.server].every(({ closed }) => closed === "ECONNRESET"),
  );
  spared.client.socket.write("whole");
  await timeOf(spared.server, "whole");
});

test.each(["client", "server"] as const)("half-open: the %s's side is closed", async (closed) => {
  const ends = await open();
  const [told, left] = [ends[closed], ends[closed === "client" ? "server" : "client"]];
  proxy.halfOpen(closed);
  await until("one side to be told", () => told.ended || told.closed !== null);
  left.socket.write("is anybody there?");
  await sleep(50);
  expect(left).toMatchObject({ received: "", ended: false, closed: null });
  expect(told.received).toBe("");
  const fresh = await open();
  fresh.client.socket.write("new");
  await timeOf(fresh.server, "new");
});

test("a reset breaks all that is open, on both sides", async () => {
  const all = [await open(), await open()];
  proxy.reset();
  const ends = all.flatMap(({ client, server: other }) => [client, other]);
  await until("all to be told", () => ends.every(({ closed }) => closed === "ECONNRESET"));
});

test("it refuses who is new, keeps who is there, and takes connections again", async () => {
  const ends = await open();
  proxy.refuse();
  expect(await accepts(proxy.port)).toBe(false);
  ends.client.socket.write("still here");
  await timeOf(ends.server, "still here");
  await proxy.accept();
  await open();
});

test("a server that is away is a broken connection", async () => {
  const lonely = await TcpProxy.start(await findFreePort(), await findFreePort());
  const socket = connect(lonely.port, "127.0.0.1");
  const client = watch(socket);
  await until("the client to be told", () => client.closed === "ECONNRESET");
  lonely.close();
});

test("closed, it leaves nothing open", async () => {
  const ends = await open();
  proxy.close();
  await until("all to be told", () => ends.client.closed !== null && ends.server.closed !== null);
  expect(await accepts(proxy.port)).toBe(false);
});
