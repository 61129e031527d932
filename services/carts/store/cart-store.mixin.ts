import { join } from "node:path";
import type { Service, ServiceSchema } from "moleculer";
import type { Runtime } from "../../../config/runtime";
import { defineMixin } from "../../../lib/mesh/implement";
import type { CartStore } from "./cart-store";
import { FileCartStore } from "./file-cart-store";

/** What this mixin adds to `this`. */
export interface CartStoreMembers {
  readonly store: CartStore;
}

type This = Service & { store?: CartStore };

/** Opens the store of carts before the service starts, and closes it after it stopped. */
export const cartStore = ({ config }: Runtime): Partial<ServiceSchema> =>
  defineMixin<This>({
    async started(this: This) {
      const folder = join(config.dataDir, "carts");
      this.store = await FileCartStore.open({ folder, logger: this.logger });
    },
    async stopped(this: This) {
      await this.store?.close();
    },
  });
