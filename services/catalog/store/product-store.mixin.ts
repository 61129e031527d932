import type { Service, ServiceSchema } from "moleculer";
import type { Runtime } from "../../../config/runtime";
import { defineMixin } from "../../../lib/mesh/implement";
import { documents, type DocumentsMembers } from "../../../mixins/documents";
import { FileProductStore, UNIQUE_FIELDS } from "./file-product-store";
import type { ProductStore } from "./product-store";

/** What this mixin adds to `this`. */
export interface ProductStoreMembers {
  readonly store: ProductStore;
}

type This = Service & DocumentsMembers & { store: ProductStore };

/** Opens the store of products before the service starts. */
export const productStore = (runtime: Runtime): Partial<ServiceSchema> =>
  defineMixin<This>({
    mixins: [documents(runtime, { service: "catalog", unique: UNIQUE_FIELDS })],
    created(this: This) {
      this.store = new FileProductStore(this.adapter);
    },
  });
