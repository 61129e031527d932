import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** Which way bytes go: `up` to the server, `down` to its client. */
export type Way = "up" | "down";

/** What befalls bytes on one way; where nothing is said they pass at once. */
export interface Weather {
  readonly latencyMs?: number;
  /** Added to the latency by lot, up to so much; bytes keep their order. */
  readonly jitterMs?: number;
  readonly bytesPerSecond?: number;
  /** Bytes and goodbyes vanish, and the connection stays. */
  readonly blackHole?: boolean;
}

/** Bytes on their way wait in memory up to here; then the sender has to. */
const HELD_MAX = 1_000_000;
/** A slow line lets bytes through in slices of so long. */
const SLICE_MS = 50;

/** One way of one connection. */
class Flow {
  #tail: Promise<unknown> = Promise.resolve();
  #due = 0;
  #held = 0;
  #cut = false;
  /** Whether bytes are missing: what would follow makes no sense to anybody. */
  hasHole = false;

  constructor(
    readonly from: Socket,
    readonly to: Socket,
    readonly weather: () => Weather,
  ) {
    from.on("data", (bytes) => this.#take(bytes));
    from.on("end", () => this.#pass(0, async () => void to.end()));
    from.on("close", (broken) => {
      if (broken) this.#pass(0, async () => void to.resetAndDestroy());
    });
    // Its close says that it broke.
    from.on("error", () => undefined);
  }

  /** Nothing gets through any more, whatever the weather. */
  cut(): void {
    this.#cut = true;
  }

  #take(bytes: Buffer): void {
    const { bytesPerSecond = Infinity } = this.weather();
    const slice = Math.max(1, Math.min(bytes.length, (bytesPerSecond * SLICE_MS) / 1_000));
    for (let at = 0; at < bytes.length; at += slice) {
      const part = bytes.subarray(at, at + slice);
      this.#pass(part.length, () => new Promise((taken) => this.to.write(part, () => taken())));
    }
  }

  #pass(size: number, deliver: () => Promise<void>): void {
    const { latencyMs = 0, jitterMs = 0, bytesPerSecond = Infinity, blackHole } = this.weather();
    if (blackHole || this.#cut) {
      this.hasHole = true;
      return;
    }
    const arrival = performance.now() + latencyMs + Math.random() * jitterMs;
    const due = Math.max(this.#due, arrival) + (size / bytesPerSecond) * 1_000;
    this.#due = due;
    this.#held += size;
    if (this.#held > HELD_MAX) this.from.pause();
    this.#tail = this.#tail.then(async () => {
      if (due > performance.now()) await sleep(due - performance.now());
      if (!this.#cut) await deliver();
      this.#held -= size;
      if (this.#held <= HELD_MAX && this.from.isPaused()) this.from.resume();
    });
  }
}

interface Link {
  readonly client: Socket;
  readonly server: Socket;
  readonly flows: readonly Flow[];
}

/** Stands before a server of this machine, and does to its connections what networks do. */
export class TcpProxy {
  readonly #weather: Record<Way, Weather> = { up: {}, down: {} };
  readonly #links = new Set<Link>();
  #door: Server | undefined;

  /** `targetPort` is the server's; `port`, the proxy's own, must be free. */
  private constructor(
    readonly targetPort: number,
    readonly port: number,
  ) {}

  static async start(targetPort: number, port: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(targetPort, port);
    await proxy.accept();
    return proxy;
  }

  /** From now on, for what is open as well. */
  set(way: Way, weather: Weather): void {
    this.#weather[way] = weather;
    if (weather.blackHole) return;
    // TCP never delivers what follows a hole; who holds such a connection is told at last.
    for (const link of this.#links) if (link.flows.some(({ hasHole }) => hasHole)) reset(link);
  }

  /** All that is open breaks at once (RST), on both sides. */
  reset(): void {
    for (const link of this.#links) reset(link);
  }

  /** One side of all that is open is closed; the other is never told, and nobody hears it. */
  halfOpen(closed: "client" | "server"): void {
    for (const link of this.#links) {
      for (const flow of link.flows) flow.cut();
      link[closed].destroy();
    }
  }

  /** Nobody new gets in; what is open stays. */
  refuse(): void {
    this.#door?.close();
    this.#door = undefined;
  }

  async accept(): Promise<void> {
    if (this.#door) return;
    const door = createServer({ allowHalfOpen: true }, (client) => this.#connect(client));
    this.#door = door;
    await once(door.listen(this.port, "127.0.0.1"), "listening");
  }

  /** Ends it all. */
  close(): void {
    this.refuse();
    this.reset();
  }

  #connect(client: Socket): void {
    const server = connect({ port: this.targetPort, host: "127.0.0.1", allowHalfOpen: true });
    client.setNoDelay();
    server.setNoDelay();
    const flows = [
      new Flow(client, server, () => this.#weather.up),
      new Flow(server, client, () => this.#weather.down),
    ];
    const link = { client, server, flows };
    this.#links.add(link);
    const forget = (): void => {
      if (client.closed && server.closed) this.#links.delete(link);
    };
    client.once("close", forget);
    server.once("close", forget);
  }
}

function reset({ client, server }: Link): void {
  client.resetAndDestroy();
  server.resetAndDestroy();
}
