import { join } from "node:path";
import type { Logger, Service, ServiceSchema } from "moleculer";
import type { Config } from "../../../config/env";
import type { Runtime } from "../../../config/runtime";
import { defineMixin } from "../../../lib/mesh/implement";
import { RedisConnection } from "../../../lib/store/redis";
import type { CartStore } from "./cart-store";
import { FileCartStore } from "./file-cart-store";
import { RedisCartStore } from "./redis-cart-store";

/** What this mixin adds to `this`. */
export interface CartStoreMembers {
  readonly store: CartStore;
}

type This = Service & { store?: CartStore };

const COMMAND_TIMEOUT_MS = 400;
/** A Redis that is away does not keep the shop from starting; carts are unavailable until it is back. */
const FIRST_CONNECTION_MS = 3_000;

/** Opens the store of carts before the service starts, and closes it after it stopped. */
export const cartStore = (runtime: Runtime): Partial<ServiceSchema> =>
  defineMixin<This>({
    async started() {
      this.store = await open(runtime.config, this.logger);
    },
    async stopped() {
      await this.store?.close();
    },
  });

/** In Redis where one is named, else in a file. */
async function open({ redisUrl: url, namespace, dataDir }: Config, logger: Logger) {
  if (url === null) return FileCartStore.open({ folder: join(dataDir, "carts"), logger });
  const connection = new RedisConnection({
    url,
    keyPrefix: `${namespace}:carts:`,
    commandTimeoutMs: COMMAND_TIMEOUT_MS,
    logger,
  });
  await connection.whenReady(FIRST_CONNECTION_MS);
  return new RedisCartStore({ connection });
}
