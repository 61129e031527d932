import { randomBytes } from "node:crypto";
import type { ServiceName } from "../../contracts";
import { ClusterProcess } from "./cluster-process";
import { ClusterServers, clusterServersAreThere } from "./cluster-servers";
import { startTestShop } from "./shop";

export interface RunningShop {
  readonly url: string;
  /** Of each gateway. */
  readonly urls: readonly string[];
  stop(): Promise<void>;
}

/** A way to run the shop: scenarios have to hold in each. */
export interface ShopMode {
  readonly name: string;
  readonly isThere: boolean;
  /** Starts a shop of its own, with these variables, or these services of one. */
  start(
    env: Readonly<Record<string, string>>,
    services?: readonly ServiceName[],
  ): Promise<RunningShop>;
  /** Ends what the shops of this mode had in common. */
  end(): Promise<void>;
}

const embedded: ShopMode = {
  name: "in one process",
  isThere: true,
  async start(env, services) {
    const shop = await startTestShop({ env, ...(services ? { services } : {}) });
    return { url: shop.url, urls: [shop.url], stop: () => shop.stop() };
  },
  end: async () => undefined,
};

/** Two processes of those services that buyers race for, or where one writes what another has to find. */
const REPLICAS = ["--replicas", "gateway=2,inventory=2,orders=2,payments=2,reports=2"];

function clustered(): ShopMode {
  let servers: Promise<ClusterServers> | undefined;
  return {
    name: "as a cluster of many processes",
    isThere: clusterServersAreThere(),
    async start(env, services) {
      servers ??= ClusterServers.start();
      const own = { ...(await servers).env, NAMESPACE: `c${randomBytes(4).toString("hex")}` };
      const part = services ? { SERVICES: services.join() } : {};
      const replicas = services ? [] : REPLICAS;
      const cluster = await ClusterProcess.start({ ...own, ...part, ...env }, replicas);
      return { url: cluster.url, urls: cluster.urls, stop: () => cluster.remove() };
    },
    async end() {
      await (await servers)?.remove();
    },
  };
}

export const shopModes = (): ShopMode[] => [embedded, clustered()];
