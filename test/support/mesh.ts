import { randomBytes } from "node:crypto";
import { Type as T } from "@sinclair/typebox";
import { ServiceBroker, type BrokerOptions, type Context } from "moleculer";
import type { ActionContract } from "../../lib/mesh/contract";
import type { ContractOf } from "../../lib/mesh/middleware";

/** Nodes tell each other of their services at once, not after a second. Moleculer does not type this one. */
const TRANSIT = { disableReconnect: true, serviceChangedDebounceTime: 10 };

type Handler = (ctx: Context) => unknown;

/** A contract of which only the given parts matter. */
export const aContract = (parts: Partial<ActionContract> = {}): ActionContract => ({
  summary: "does something",
  params: T.Object({}),
  result: T.Unknown(),
  access: "public",
  idempotent: true,
  ...parts,
});

/** Contracts by `service.action`. */
export const contractsOf =
  (table: Readonly<Record<string, Partial<ActionContract>>>): ContractOf =>
  (name) =>
    table[name] ? aContract(table[name]) : undefined;

/** Brokers in this process that reach each other through Moleculer's transporter for tests. */
export class TestMesh {
  readonly #namespace = `m${randomBytes(4).toString("hex")}`;
  readonly #brokers: ServiceBroker[] = [];

  constructor(readonly options: BrokerOptions) {}

  /** A node that offers these actions, by service. */
  node(nodeID: string, actions: Readonly<Record<string, Record<string, Handler>>> = {}) {
    const broker = new ServiceBroker({
      namespace: this.#namespace,
      nodeID,
      logger: false,
      transporter: "Fake",
      transit: TRANSIT,
      internalMiddlewares: false,
      ...this.options,
    });
    for (const [name, handlers] of Object.entries(actions)) {
      broker.createService({ name, actions: handlers });
    }
    this.#brokers.push(broker);
    return broker;
  }

  /** Starts all nodes; resolves when each knows the actions of the others. */
  async start(): Promise<void> {
    await Promise.all(this.#brokers.map((broker) => broker.start()));
    const names = this.#brokers.flatMap(({ services }) => services.map(({ name }) => name));
    const others = names.filter((name) => !name.startsWith("$"));
    await Promise.all(this.#brokers.map((broker) => broker.waitForServices(others, 5_000, 20)));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#brokers.map((broker) => broker.stop()));
  }
}
