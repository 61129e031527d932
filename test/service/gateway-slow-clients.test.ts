import type { ServerResponse } from "node:http";
import { connect as connectHttp2, type ClientHttp2Session } from "node:http2";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { HttpServer, type ServerOptions } from "../../services/gateway/server";
import { certificate } from "../support/certificate";
import { eventually } from "../support/eventually";
import { head } from "../support/raw-http";

const LIMIT_MS = 400;
const limits = {
  stallTimeout: LIMIT_MS,
  keepAliveTimeout: LIMIT_MS,
  handshakeTimeout: LIMIT_MS,
};
/** More than all buffers on the way take. */
const BODY = Buffer.alloc(32 * 1024 * 1024);
const answer = (res: ServerResponse): unknown => res.writeHead(200).end(BODY);

let server: HttpServer;
let port: number;
const clients: (Socket | ClientHttp2Session)[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await server.close();
});

async function start(onAnswer = answer, tls: ServerOptions["tls"] = null): Promise<void> {
  const onRequest: ServerOptions["onRequest"] = (_req, res) => void onAnswer(res);
  server = new HttpServer({ host: "127.0.0.1", port: 0, tls, onRequest, limits });
  port = Number(new URL(await server.listen()).port);
}

/** A connection that its client never closes. */
function open(text = ""): Socket {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  socket.on("error", () => undefined).on("connect", () => socket.write(text));
  clients.push(socket);
  return socket;
}

const connections = () =>
  new Promise<number>((resolve, reject) =>
    server.server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );
const comesAndIsCut = async (): Promise<void> => {
  await eventually(async () => (await connections()) === 1, { what: "a connection" });
  await eventually(async () => (await connections()) === 0, { what: "its end" });
};

describe("a client", () => {
  it("that reads nothing of its answer is cut off", async () => {
    await start();
    open(head("GET /")).pause();
    await comesAndIsCut();
  });

  it("that reads slowly gets all of it", async () => {
    await start();
    const socket = open(head("GET /", "connection: close"));
    let bytes = 0;
    for await (const chunk of socket) {
      const before = bytes;
      bytes += (chunk as Buffer).length;
      const eighth = BODY.length / 8;
      if (Math.floor(bytes / eighth) > Math.floor(before / eighth)) await sleep(LIMIT_MS / 2);
    }
    expect(bytes).toBeGreaterThan(BODY.length);
  });

  it("is not cut off while its answer is made", async () => {
    await start(async (res) => {
      await sleep(LIMIT_MS * 3);
      res.end("at last");
    });
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("at last");
  });

  it("that says what is no HTTP, and never closes, is closed", async () => {
    await start();
    open("HELO\r\n\r\n").resume();
    await comesAndIsCut();
  });
});

const files = certificate();

describe.skipIf(!files)("over TLS, a client", () => {
  const tls = { certFile: files?.TLS_CERT ?? "", keyFile: files?.TLS_KEY ?? "" };
  const http2 = (settings = {}): ClientHttp2Session => {
    const session = connectHttp2(`https://127.0.0.1:${port}`, {
      rejectUnauthorized: false,
      settings,
    });
    clients.push(session.on("error", () => undefined));
    return session;
  };

  it("that does not begin with TLS is closed, also when it never says a word", async () => {
    await start(answer, tls);
    open().resume();
    await comesAndIsCut();
  });

  it("of HTTP/2 that asks nothing is let go", async () => {
    await start(answer, tls);
    http2();
    await comesAndIsCut();
  });

  it("of HTTP/2 that takes nothing of its answer is cut off", async () => {
    await start(answer, tls);
    http2({ initialWindowSize: 0 })
      .request()
      .on("error", () => undefined)
      .pause();
    await comesAndIsCut();
  });

  it("of HTTP/2 that never ends its request is let go after the answer", async () => {
    await start((res) => res.end("no"), tls);
    const post = http2().request({ ":method": "POST" }, { endStream: false });
    post.on("error", () => undefined).resume();
    await comesAndIsCut();
  });
});
