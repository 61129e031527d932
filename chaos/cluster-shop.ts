import { randomBytes } from "node:crypto";
import { readStores, type Stores } from "../config/env";
import type { ServiceName } from "../contracts";
import { ADMIN } from "../test/support/client";
import { ClusterProcess } from "../test/support/cluster-process";
import { eventually } from "../test/support/eventually";
import { freePort } from "../test/support/free-port";
import { ChaosServers } from "./servers";
import { BREAKABLE, Shop } from "./shop";

const WHOLE_MS = 120_000;

export interface ClusterShopOptions {
  /** Processes of each service. */
  readonly replicas: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A shop of many processes, which `npm run cluster` starts again, on servers that can go away. */
export class ClusterShop extends Shop {
  #door = 0;

  private constructor(
    readonly servers: ChaosServers,
    readonly cluster: ClusterProcess,
    readonly namespace: string,
  ) {
    super();
  }

  static async start({ replicas, env = {} }: ClusterShopOptions): Promise<ClusterShop> {
    const servers = await ChaosServers.start();
    const namespace = `c${randomBytes(4).toString("hex")}`;
    const all = {
      ...ADMIN,
      ...BREAKABLE,
      ...servers.envOf(namespace),
      NAMESPACE: namespace,
      // The gateways come back where they were.
      PORT: String(await freePort()),
      ...env,
    };
    const args = ["--replicas", `all=${replicas}`, "--logs"];
    try {
      const cluster = await ClusterProcess.start(all, args);
      return new ClusterShop(servers, cluster, namespace);
    } catch (error) {
      await servers.remove();
      throw error;
    }
  }

  get url(): string {
    const { urls } = this.cluster;
    return urls[this.#door % urls.length] ?? "";
  }

  /** Of the first process of a service. */
  pidOf(service: ServiceName = "gateway"): number {
    const pid = this.cluster.pidsOf(`${service}-1`).at(-1);
    if (pid === undefined) throw new Error(`${service} never ran`);
    return pid;
  }

  get revivals(): number {
    return this.cluster.deaths;
  }

  get log(): string {
    return this.cluster.output;
  }

  get stores(): Stores {
    const { dataDir } = this.cluster;
    return readStores({ ...this.servers.urls, NAMESPACE: this.namespace, DATA_DIR: dataDir });
  }

  /** Nobody but its supervisor starts a process again; who asks tries another gateway. */
  async revive(): Promise<void> {
    this.#door++;
  }

  async calm(): Promise<void> {
    await this.servers.calm();
    // One that is down now starts without a fault.
    this.cluster.arm("");
    await eventually(async () => this.cluster.isWhole, {
      timeoutMs: WHOLE_MS,
      what: "every process to be ready",
    });
  }

  async remove(): Promise<void> {
    await this.cluster.remove();
    await this.servers.remove();
  }
}
