import type { Service, ServiceSchema } from "moleculer";
import type { Runtime } from "../../../config/runtime";
import { defineMixin } from "../../../lib/mesh/implement";
import { documents, type DocumentsMembers } from "../../../mixins/documents";
import { mongo, type MongoMembers } from "../../../mixins/mongo";
import { FileProductStore, UNIQUE_FIELDS } from "./file-product-store";
import { MongoProductStore } from "./mongo-product-store";
import type { ProductStore } from "./product-store";

/** What this mixin adds to `this`. */
export interface ProductStoreMembers {
  readonly store: ProductStore;
}

type Opened = Service & { store: ProductStore };

/** Opens the store of products before the service starts: in MongoDB where one is named, else in a file. */
export const productStore = (runtime: Runtime): Partial<ServiceSchema> =>
  runtime.config.mongoUrl === null ? inFile(runtime) : inMongo(runtime, runtime.config.mongoUrl);

const inFile = (runtime: Runtime) =>
  defineMixin<Opened & DocumentsMembers>({
    mixins: [documents(runtime, { service: "catalog", unique: UNIQUE_FIELDS })],
    created() {
      this.store = new FileProductStore(this.adapter);
    },
  });

const inMongo = (runtime: Runtime, url: string) =>
  defineMixin<Opened & MongoMembers>({
    mixins: [mongo(runtime, { service: "catalog", url })],
    created() {
      this.store = new MongoProductStore(this.adapter);
    },
  });
