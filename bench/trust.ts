/**
 * `npm run bench:trust`: what the signed context and the packet seal cost a call, within a process and
 * over NATS, against the same brokers without them: processor time of both ends together, which other
 * programs disturb least. Rounds alternate; figures are medians.
 */
import { randomBytes } from "node:crypto";
import { ServiceBroker, type Context, type Middleware } from "moleculer";
import { MeshContext } from "../lib/mesh/context";
import { PacketSeal } from "../lib/mesh/packet-seal";
import { sealPackets } from "../lib/mesh/seal-packets";
import { ContextSigner, signerOf } from "../lib/mesh/signed-context";
import { trust } from "../lib/mesh/trust";
import { natsOptions } from "../lib/messaging/nats-options";
import { NatsServer } from "../test/support/nats-server";

const ROUNDS = 9;
const LOCAL_CALLS = 20_000;
const REMOTE_CALLS = 3_000;
const IN_FLIGHT = 32;
const ACTION = "things.get";
const ADA = { id: "0190b0d2-0000-7000-8000-000000000000", roles: ["customer"] };
const key = randomBytes(32);

/** Those of a node; each node has a seal of its own. */
const variants: Readonly<Record<string, () => Middleware[]>> = {
  stock: () => [],
  "signed context": () => [trust(new ContextSigner([key])), admitting()],
  "signed context, sealed packets": () => [
    sealPackets(new PacketSeal([key])),
    trust(new ContextSigner([key])),
    admitting(),
  ],
};

/** What the guard does about a context, without the rest of what it does. */
const admitting = (): Middleware => ({
  localAction: (next, { name = "" }) =>
    async function admitted(ctx: Context) {
      if (name === ACTION) signerOf(ctx.broker).admit(ctx.headers, name);
      return (next as (ctx: Context) => Promise<unknown>)(ctx);
    },
});

interface Pair {
  readonly name: string;
  readonly near: () => Promise<unknown>;
  readonly far: () => Promise<unknown>;
  stop(): Promise<unknown>;
}

async function startPair(name: string, url: string): Promise<Pair> {
  const make = variants[name] ?? (() => []);
  const namespace = randomBytes(4).toString("hex");
  const start = async (nodeID: string): Promise<ServiceBroker> => {
    const broker = new ServiceBroker({
      namespace,
      nodeID,
      logger: false,
      transporter: { type: "NATS", options: natsOptions(url) },
      ContextFactory: MeshContext as unknown as typeof Context,
      middlewares: make(),
    });
    const get = () => ({ id: "1", name: "a thing" });
    if (nodeID === "server") broker.createService({ name: "things", actions: { get } });
    await broker.start();
    return broker;
  };
  const [server, client] = await Promise.all([start("server"), start("client")]);
  await client.waitForServices("things");
  const callOn = (broker: ServiceBroker) => () => {
    const caller = { user: ADA, service: "gateway", action: ACTION };
    const options = name === "stock" ? {} : { headers: signerOf(broker).headersFor(caller) };
    return broker.call(ACTION, { id: "1" }, options);
  };
  return {
    name,
    near: callOn(server),
    far: callOn(client),
    stop: () => Promise.all([client.stop(), server.stop()]),
  };
}

/** µs of processor time a call. */
async function timed(
  call: () => Promise<unknown>,
  calls: number,
  inFlight: number,
): Promise<number> {
  const began = process.cpuUsage();
  let left = calls;
  const work = async (): Promise<void> => {
    while (left-- > 0) await call();
  };
  await Promise.all(Array.from({ length: inFlight }, work));
  const { user, system } = process.cpuUsage(began);
  return (user + system) / calls;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

async function main(): Promise<void> {
  const nats = await NatsServer.start();
  const pairs: Pair[] = [];
  for (const name of Object.keys(variants)) pairs.push(await startPair(name, nats.url));
  const kinds = {
    "in the process": (pair: Pair) => timed(pair.near, LOCAL_CALLS, 1),
    "over NATS, one at a time": (pair: Pair) => timed(pair.far, REMOTE_CALLS, 1),
    "over NATS, 32 in flight": (pair: Pair) => timed(pair.far, REMOTE_CALLS, IN_FLIGHT),
  };
  for (const [kind, run] of Object.entries(kinds)) {
    const rounds = new Map(pairs.map(({ name }) => [name, [] as number[]]));
    for (let round = -2; round < ROUNDS; round++) {
      for (const pair of pairs) {
        const cost = await run(pair);
        if (round >= 0) rounds.get(pair.name)?.push(cost);
      }
    }
    const stock = median(rounds.get("stock") ?? []);
    for (const [name, costs] of rounds) {
      const cost = median(costs);
      console.log(
        `${kind.padEnd(26)} ${name.padEnd(32)} ${cost.toFixed(1).padStart(7)} µs` +
          `  +${(cost - stock).toFixed(1)} µs  x${(cost / stock).toFixed(2)}`,
      );
    }
  }
  for (const pair of pairs) await pair.stop();
  await nats.remove();
}

void main();
