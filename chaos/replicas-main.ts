import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { serviceNames } from "../contracts";
import { ADMIN, AdminClient } from "../test/support/client";
import { ClusterProcess } from "../test/support/cluster-process";
import { eventually } from "../test/support/eventually";
import { freePort } from "../test/support/free-port";
import { failuresOf, Load, type Outcome } from "../test/support/load";
import { ChaosServers } from "./servers";

const USAGE = `npm run chaos:replicas

Reads 200 times a second from two processes of each service; kills one of each, then stops one of each.
It starts the four servers itself. Prints a line a service: what failed, and for how long.`;

const PER_SECOND = 200;
const SETTLE_MS = 3_000;
const SKU = "REPLICA-1";

/** A load balancer as simple as can be: who says that its connection ends, or is gone, is asked no more. */
class Doors {
  #next = 0;
  #open: string[];

  constructor(readonly urls: readonly string[]) {
    this.#open = [...urls];
  }

  async get(path: string, token: string): Promise<void> {
    const url = this.#open[this.#next++ % this.#open.length] ?? "";
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${url}/api/v1${path}`, { headers }).catch((error: unknown) => {
      this.#close(url);
      throw error;
    });
    if (response.headers.get("connection") === "close") this.#close(url);
    await response.text();
    if (response.status !== 200) throw new Error(`${path}: ${response.status}`);
  }

  #close(url: string): void {
    if (this.#open.length > 1) this.#open = this.#open.filter((open) => open !== url);
  }

  async reopen(): Promise<void> {
    await eventually(async () => (await Promise.all(this.urls.map(isOpen))).every(Boolean), {
      timeoutMs: 60_000,
      what: "the gateways",
    });
    this.#open = [...this.urls];
  }
}

const isOpen = (url: string): Promise<boolean> =>
  fetch(`${url}/health/live`).then(
    ({ ok }) => ok,
    () => false,
  );

async function startShop() {
  const servers = await ChaosServers.start();
  const env = {
    ...servers.urls,
    // The gateways come back where they were.
    PORT: String(await freePort()),
    ...ADMIN,
    DRAIN_MS: "300",
    LOG_LEVEL: "error",
  };
  const cluster = await ClusterProcess.start(env, ["--replicas", "all=2"]);
  return {
    cluster,
    remove: async () => {
      await cluster.remove();
      await servers.remove();
    },
  };
}

/** One read of each service that answers any. */
async function readsOf(url: string) {
  const admin = await AdminClient.signIn(url);
  await admin.sell(SKU, 1000, 10);
  const placed = await admin.order([{ sku: SKU, quantity: 1 }]);
  await admin.until(placed.body.id, "confirmed");
  const paths = (n: number) => [
    `/storefront/products/${SKU.toLowerCase()}`,
    `/search?q=replica${n % 50}`,
    "/users/me",
    "/cart",
    `/orders/${placed.body.id}`,
    `/admin/inventory/${SKU}`,
    "/users/me/notifications",
    "/admin/jobs",
    "/admin/dead-letters",
  ];
  let n = 0;
  return (doors: Doors) => {
    const all = paths(n);
    return doors.get(all[n++ % all.length] ?? "", admin.token ?? "");
  };
}

function report(what: string, outcomes: readonly Outcome[]): boolean {
  const failures = failuresOf(outcomes);
  const times = failures.map(({ at }) => at);
  const window = times.length === 0 ? 0 : Math.max(...times) - Math.min(...times);
  const slowest = Math.max(...outcomes.map(({ ms }) => ms));
  const kinds = [...new Set(failures.map(({ failure }) => failure))].slice(0, 3).join("; ");
  console.log(
    `${what.padEnd(24)} ${String(outcomes.length).padStart(6)} reads ${String(failures.length).padStart(4)} failed` +
      ` within ${window.toFixed(0).padStart(5)} ms, slowest ${slowest.toFixed(0)} ms ${kinds}`,
  );
  return failures.length === 0;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { help: { type: "boolean", default: false } } });
  if (values.help) return console.log(USAGE);
  const { cluster, remove } = await startShop();
  try {
    const read = await readsOf(cluster.url);
    const doors = new Doors(cluster.urls);
    let clean = true;
    for (const signal of ["SIGKILL", "SIGTERM"] as const) {
      for (const service of serviceNames) {
        const starts = cluster.pidsOf(`${service}-1`);
        const load = new Load(PER_SECOND, () => read(doors));
        await sleep(500);
        process.kill(starts.at(-1) ?? NaN, signal);
        await sleep(SETTLE_MS);
        clean = report(`${signal} ${service}`, await load.stop()) && clean;
        await eventually(async () => cluster.pidsOf(`${service}-1`).length > starts.length, {
          timeoutMs: 60_000,
          what: `another ${service}`,
        });
        await doors.reopen();
        await sleep(SETTLE_MS);
      }
    }
    console.log(clean ? "no read failed" : "some reads failed");
  } finally {
    await remove();
  }
}

void main();
