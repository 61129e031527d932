import type { Service, ServiceBroker } from "moleculer";
import { MongoAdapter } from "../../lib/store/mongo-adapter";
import { MongoProductStore } from "../../services/catalog/store/mongo-product-store";
import { quietLogger } from "./quiet-logger";

/** A store of products on a connection of its own, as one more replica of the service would have it. */
export async function openMongoProducts(url: string, database: string) {
  const adapter = new MongoAdapter({ url, database });
  // All that the adapter asks of them without a mesh.
  adapter.init({} as ServiceBroker, { logger: quietLogger } as Service);
  const store = new MongoProductStore(adapter);
  await adapter.connect();
  return { store, adapter, close: () => adapter.disconnect() };
}
