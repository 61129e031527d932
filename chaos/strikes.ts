import { setTimeout as sleep } from "node:timers/promises";
import type { Blow } from "./blows";
import { ClusterShop } from "./cluster-shop";
import type { MortalShop } from "./mortal-shop";

type Of<Kind extends Blow["kind"]> = Extract<Blow, { kind: Kind }>;

/** What a blow does; null where a shop of this mode has nothing that it could hit. */
interface Strike<B extends Blow> {
  readonly embedded: ((shop: MortalShop, blow: B) => Promise<void>) | null;
  readonly cluster: ((shop: ClusterShop, blow: B) => Promise<void>) | null;
}

async function freeze(pid: number, ms: number): Promise<void> {
  process.kill(pid, "SIGSTOP");
  await sleep(ms);
  process.kill(pid, "SIGCONT");
}

const strikes: { readonly [Kind in Blow["kind"]]: Strike<Of<Kind>> } = {
  fault: {
    embedded: (shop, { faults }) => shop.process.arm(faults),
    cluster: async ({ cluster }, { faults }) => cluster.arm(faults),
  },
  kill: {
    embedded: (shop) => shop.process.kill(),
    cluster: async (shop, { service }) => void process.kill(shop.pidOf(service), "SIGKILL"),
  },
  freeze: {
    embedded: (shop, { ms }) => freeze(shop.process.pid, ms),
    cluster: (shop, { service, ms }) => freeze(shop.pidOf(service), ms),
  },
  "lose-postgres": {
    embedded: async (shop) => {
      const pid = await shop.process.postgresPid();
      if (pid) process.kill(pid, "SIGQUIT");
    },
    cluster: null,
  },
  "lose-server": {
    embedded: null,
    cluster: async ({ servers }, { server, ms }) => {
      await servers.all[server].kill();
      await sleep(ms);
      await servers.all[server].start();
    },
  },
  forget: { embedded: null, cluster: ({ servers }, { server }) => servers.forget(server) },
  weather: {
    embedded: null,
    cluster: async ({ servers }, { server, up, down, ms }) => {
      const proxy = servers.proxies[server];
      proxy.set("up", up);
      proxy.set("down", down);
      await sleep(ms);
      proxy.set("up", {});
      proxy.set("down", {});
    },
  },
  reset: {
    embedded: null,
    cluster: async ({ servers }, { server }) => servers.proxies[server].reset(),
  },
  "half-open": {
    embedded: null,
    cluster: async ({ servers }, { server, closed }) => servers.proxies[server].halfOpen(closed),
  },
  refuse: {
    embedded: null,
    cluster: async ({ servers }, { server, ms }) => {
      const proxy = servers.proxies[server];
      proxy.refuse();
      proxy.reset();
      await sleep(ms);
      await proxy.accept();
    },
  },
};

/** Resolves when the blow is over. A server takes one at a time: what it began, it ends. */
export async function strike(shop: MortalShop | ClusterShop, blow: Blow): Promise<void> {
  // The row of a blow's own kind; TypeScript does not follow a union that far.
  const { embedded, cluster } = strikes[blow.kind] as Strike<Blow>;
  if (!(shop instanceof ClusterShop)) {
    if (!embedded) throw new Error(`a ${blow.kind} cannot hit a shop of one process`);
    return embedded(shop, blow);
  }
  if (!cluster) throw new Error(`a ${blow.kind} cannot hit a cluster`);
  const work = (): Promise<void> => cluster(shop, blow);
  return "server" in blow ? shop.servers.inTurn(blow.server, work) : work();
}
