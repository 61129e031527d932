import { readFileSync } from "node:fs";
import { createServer, STATUS_CODES, type IncomingMessage, type ServerResponse } from "node:http";
import { createSecureServer, type ServerHttp2Session } from "node:http2";
import type { AddressInfo, Server, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { newId } from "../../lib/ids";
import { problemType } from "./problem";

export interface ServerOptions {
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  /** PEM files; with them the server speaks TLS, HTTP/2 and HTTP/1.1. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
  readonly onRequest: (req: IncomingMessage, res: ServerResponse) => void;
  readonly limits?: Partial<typeof LIMITS>;
}

const LIMITS = {
  /** For the head of a request; Node would wait a minute. */
  headersTimeout: 10_000,
  /** For a whole request: an import of 64 MiB over a slow line. Other bodies have a limit of their own. */
  requestTimeout: 120_000,
  /** Longer than the 60 s after which load balancers let go, so that it is never us who close first. */
  keepAliveTimeout: 65_000,
  /** How often Node looks for those that are late; its default would let them live half a minute more. */
  connectionsCheckingInterval: 2_000,
  /** For TLS to begin; Node would wait two minutes. */
  handshakeTimeout: 10_000,
  /** How long a client may take nothing of its answer; Node would wait for ever. */
  stallTimeout: 30_000,
  /** The door refuses who does not say it, with a problem; Node would with nothing. */
  requireHostHeader: false,
};
const MAX_CONNECTIONS = 10_000;
/** So that connections spread over new replicas behind a load balancer now and then. */
const MAX_REQUESTS_PER_SOCKET = 100_000;
/** Of one HTTP/2 connection at a time; Node would allow four billion. */
const MAX_STREAMS = 100;
/** For who said what is no HTTP to read that, and to close its side. */
const FAREWELL_MS = 2_000;
/** While the door closes, clients hear by their next answer that their connection ends. */
const GOODBYE_MS = 200;
const DRAIN_MS = 4_000;

/** The HTTP server: limits against slow and greedy clients, and a stop that cuts nobody short. */
export class HttpServer {
  readonly #options: ServerOptions;
  /** Node's own server underneath. */
  readonly server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #sessions = new Set<ServerHttp2Session>();

  constructor(options: ServerOptions) {
    this.#options = options;
    const limits = { ...LIMITS, ...options.limits };
    this.server = newServer(options, limits);
    this.server.maxConnections = MAX_CONNECTIONS;
    this.server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    this.server.on("session", (session: ServerHttp2Session) => {
      this.#sessions.add(session);
      session.once("close", () => this.#sessions.delete(session));
      // Of HTTP/2 Node would keep an idle connection for ever.
      session.setTimeout(limits.keepAliveTimeout, () => session.close());
    });
    this.server.on("clientError", answerClientError);
  }

  /** Listens; resolves to the URL. Rejects, naming PORT, when somebody else has the port. */
  async listen(): Promise<string> {
    const { host, port, tls } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.server.once("error", (error) => reject(explained(error, this.#options)));
      this.server.listen(port, host, resolve);
    });
    const { port: chosen } = this.server.address() as AddressInfo; // not a pipe, so not a string
    const name = host === "0.0.0.0" || host === "::" ? "localhost" : host;
    return `${tls ? "https" : "http"}://${name.includes(":") ? `[${name}]` : name}:${chosen}`;
  }

  /** Stops accepting, lets answers in hand go out, and cuts what is left after the drain time. */
  async close(): Promise<void> {
    if (!this.server.listening) return;
    // Idle connections may carry a request that is on its way: they get an answer that says goodbye.
    if (this.#sockets.size > 0) await sleep(GOODBYE_MS);
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const session of this.#sessions) session.close();
    const late = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, DRAIN_MS);
    await closed;
    clearTimeout(late);
  }
}

function newServer({ tls, onRequest }: ServerOptions, limits: typeof LIMITS): Server {
  const take: ServerOptions["onRequest"] = (req, res) => {
    // Nothing moves: nobody reads what is written, or nothing is written yet.
    res.setTimeout(limits.stallTimeout);
    res.on("timeout", () => {
      if (res.headersSent) res.destroy();
    });
    onRequest(req, res);
  };
  if (!tls) {
    const server = createServer(limits, take);
    server.maxRequestsPerSocket = MAX_REQUESTS_PER_SOCKET;
    // Who expects anything else is answered all the same (RFC 9110 §10.1.1).
    return server.on("checkContinue", take).on("checkExpectation", take);
  }
  const server = createSecureServer({
    ...limits,
    allowHTTP1: true,
    settings: { maxConcurrentStreams: MAX_STREAMS },
    cert: readFileSync(tls.certFile),
    key: readFileSync(tls.keyFile),
  });
  // Node's compatible API imitates the types of HTTP/1.
  const listener = take as unknown as Parameters<typeof server.on>[1];
  for (const event of ["request", "checkContinue", "checkExpectation"]) server.on(event, listener);
  return server;
}

function explained(error: Error & { code?: string }, { host, port }: ServerOptions): Error {
  switch (error.code ?? "") {
    case "EADDRINUSE":
      return new Error(`PORT ${port} is in use by another process; set PORT to a free one`);
    case "EACCES":
      return new Error(`PORT ${port} may not be used by this user; set PORT to 1024 or above`);
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new Error(`HOST ${host} is not an address of this machine`);
    default:
      return error;
  }
}

/** Answers what is not even HTTP, in the form in which everything else is answered. */
function answerClientError(error: Error & { code?: string }, socket: Duplex): void {
  if (!socket.writable || error.code === "ECONNRESET") return void socket.destroy();
  const status =
    error.code === "HPE_HEADER_OVERFLOW"
      ? 431
      : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? 408
        : 400;
  const requestId = newId();
  const title = STATUS_CODES[status] ?? "";
  const body = JSON.stringify({
    type: problemType("BAD_REQUEST"),
    title,
    status,
    code: "BAD_REQUEST",
    detail: title,
    requestId,
  });
  const head = [
    `HTTP/1.1 ${status} ${title}`,
    "content-type: application/problem+json",
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
  // Where TLS has not even begun nothing is ever written, and so nothing ends.
  setTimeout(() => socket.destroy(), FAREWELL_MS).unref();
}
