import { generateKeyPairSync, randomBytes } from "node:crypto";
import { serviceNames, type ServiceName } from "../../contracts";
import { violated, toLines } from "../../verify/report";
import { openTarget } from "../../verify/target";
import { verify } from "../../verify/verify";
import { ADMIN, AdminClient, Client } from "./client";
import { ClusterServers } from "./cluster-servers";
import { PostgresServer } from "./postgres-server";
import { ShopProcess } from "./shop-process";

const FRONT: ServiceName[] = ["users", "orders", "search"];
const BACK = serviceNames.filter((name) => name !== "gateway" && !FRONT.includes(name));

/** A shop of several processes, all of whose servers are the test's own, so that each can go away. */
export class OutageShop {
  private constructor(
    readonly servers: ClusterServers,
    readonly postgres: PostgresServer,
    readonly env: Readonly<Record<string, string>>,
    readonly processes: readonly ShopProcess[],
    readonly admin: AdminClient,
    readonly buyer: Client,
  ) {}

  static async start(): Promise<OutageShop> {
    const [servers, postgres] = await Promise.all([ClusterServers.start(), PostgresServer.start()]);
    const { privateKey } = generateKeyPairSync("ed25519");
    const env = {
      ...ADMIN,
      NATS_URL: servers.nats.url,
      POSTGRES_URL: postgres.url,
      MONGO_URL: servers.mongo.url,
      REDIS_URL: servers.redis.url,
      NAMESPACE: `o${randomBytes(4).toString("hex")}`,
      JWT_PRIVATE_KEY: privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
    };
    const create = (services: string, more = {}) =>
      ShopProcess.create({ ...env, SERVICES: services, ...more });
    const processes = await Promise.all([
      create("gateway"),
      create(FRONT.join()),
      create(BACK.join()),
      create("gateway", { RATE_LIMIT: "on" }),
    ]);
    await Promise.all(processes.slice(1).map((part) => part.start()));
    // Last, so that it has everybody to ask when it is ready.
    await processes[0]?.start();
    const anyone = new Client(processes[0]?.url ?? "");
    const admin = await AdminClient.signIn(anyone.base);
    return new OutageShop(servers, postgres, env, processes, admin, await anyone.register());
  }

  get url(): string {
    return this.processes[0]?.url ?? "";
  }

  /** Of a gateway that limits its clients. */
  get limitedUrl(): string {
    return this.processes[3]?.url ?? "";
  }

  get output(): string {
    return this.processes.map(({ output }) => output).join("\n");
  }

  isReady = async (): Promise<boolean> => (await fetch(`${this.url}/health/ready`)).status === 200;

  /** Waits until the shop has come to rest; answers what then does not hold, as lines. */
  async violations(settleMs: number): Promise<string[]> {
    const target = await openTarget({
      dataDir: this.processes[0]?.dataDir ?? "",
      namespace: this.env.NAMESPACE ?? "",
      postgresUrl: this.postgres.url,
      databaseUrls: {},
      mongoUrl: this.servers.mongo.url,
      redisUrl: this.servers.redis.url,
      natsUrl: this.servers.nats.url,
      natsCa: null,
      eventRetention: { streamHours: 168 },
    });
    try {
      const { findings, underWay } = await verify(target, { settleMs });
      const wrong = violated(findings);
      return [...underWay, ...(wrong.length > 0 ? toLines(wrong) : [])];
    } finally {
      await target.close();
    }
  }

  async remove(): Promise<void> {
    await Promise.all(this.processes.map((part) => part.remove()));
    await Promise.all([this.servers.remove(), this.postgres.remove()]);
  }
}
