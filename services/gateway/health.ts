import type { ServiceBroker } from "moleculer";
import {
  contracts,
  durableServices,
  serviceNames,
  type DurableService,
  type ServiceName,
} from "../../contracts";
import { messageOf } from "../../lib/errors";
import { callerOf } from "../../lib/mesh/caller";

const CHECK_TIMEOUT_MS = 1_000;
const REMEMBER_MS = 1_000;

export interface Readiness {
  readonly ready: boolean;
  /** `ok`, or what is wrong, by service. */
  readonly checks: Readonly<Record<string, string>>;
}

/**
 * Whether every service that the shop consists of answers: all its actions have somebody to do them
 * and, where it has a database with outbox and inbox, that one answers as well. Asked at most once a
 * second, however many probes there are.
 */
export class Health {
  readonly #broker: ServiceBroker;
  #leaving = false;
  #last: { readonly at: number; readonly readiness: Promise<Readiness> } | null = null;

  constructor(broker: ServiceBroker) {
    this.#broker = broker;
  }

  /** From here on the answer is no, so that load balancers send nobody any more. */
  startLeaving(): void {
    this.#leaving = true;
  }

  async readiness(): Promise<Readiness> {
    if (this.#leaving) return { ready: false, checks: { gateway: "stopping" } };
    const now = performance.now();
    if (!this.#last || now - this.#last.at > REMEMBER_MS) {
      this.#last = { at: now, readiness: this.#check() };
    }
    return this.#last.readiness;
  }

  async #check(): Promise<Readiness> {
    const results = await Promise.all(
      serviceNames.map(async (name) => [name, await this.#checkService(name)] as const),
    );
    return {
      ready: results.every(([, result]) => result === "ok"),
      checks: Object.fromEntries(results),
    };
  }

  async #checkService(name: ServiceName): Promise<string> {
    const missing = Object.keys(contracts[name].actions).filter(
      (action) => !this.#broker.registry.actions.isAvailable(`${name}.${action}`),
    );
    if (missing.length > 0) return "not running";
    if (!isDurable(name)) return "ok";
    try {
      const caller = callerOf(this.#broker, "gateway");
      await caller.call(`${name}.backlog`, {}, { timeout: CHECK_TIMEOUT_MS });
      return "ok";
    } catch (error) {
      this.#broker.logger.warn(`${name} is not ready: ${messageOf(error)}`);
      return "does not answer";
    }
  }
}

const isDurable = (name: ServiceName): name is DurableService =>
  (durableServices as readonly ServiceName[]).includes(name);
