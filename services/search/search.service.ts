import type { ServiceSchema } from "moleculer";
import type { Runtime } from "../../config/runtime";
import { contracts } from "../../contracts";
import type { EventEnvelope, UnitOfWork } from "../../lib/messaging/event";
import { implement } from "../../lib/mesh/implement";
import type { EventPayload } from "../../lib/mesh/types";
import { durableEvents, type DurableMembers } from "../../mixins/durable-events";
import { toEntry } from "./domain/entry";
import { lagGauge } from "./index-lag";
import { rebuildIndex } from "./rebuild-index";
import { runSearch } from "./run-search";
import { searchMigrations } from "./store/postgres/migrations";
import { productModel } from "./store/postgres/model";
import { PostgresIndex } from "./store/postgres/postgres-index";
import type { SearchIndex } from "./store/search-index";

const SUGGESTIONS = 10;

type ProductEvent = EventEnvelope<EventPayload<"product.created">>;

type Members = DurableMembers & {
  index: SearchIndex;
  noteLag: ReturnType<typeof lagGauge>;
  /** Of this node, if one runs. */
  rebuilding: Promise<number> | null;
};

/** The reader's side of the catalogue: full text, facets, suggestions, kept up to date by events. */
export const searchService = (runtime: Runtime): ServiceSchema =>
  implement(contracts.search)<Members>({
    mixins: [
      durableEvents(runtime, {
        service: "search",
        model: productModel,
        migrations: searchMigrations,
      }),
    ],
    actions: {
      async query({ params }) {
        return runSearch(this.index, params);
      },
      async suggest({ params }) {
        return { suggestions: await this.index.suggest(params.q, SUGGESTIONS) };
      },
      async related({ params: { productId, limit } }) {
        return this.index.related(productId, limit);
      },
      async rebuild(ctx) {
        const began = performance.now();
        const { index, db } = this;
        this.rebuilding ??= rebuildIndex({ index, db, caller: ctx }).finally(() => {
          this.rebuilding = null;
        });
        const products = await this.rebuilding;
        return { products, ms: Math.round(performance.now() - began) };
      },
    },
    events: {
      "product.created": putProduct,
      "product.updated": putProduct,
      async "product.archived"(event, work) {
        await this.index.remove(work, event.payload.product.id, event.seq);
        this.noteLag(event, work);
      },
      async "stock.changed"(event, work) {
        const { sku, available } = event.payload;
        await this.index.setStock(work, { sku, available, seq: event.seq });
        this.noteLag(event, work);
      },
    },
    created() {
      this.rebuilding = null;
      this.noteLag = lagGauge(this.broker);
      // Events may come as soon as the database is there.
      this.index = new PostgresIndex(() => this.db);
    },
    async started() {
      await this.index.clean();
    },
  });

/** A variant without a first stock has none until inventory tells. */
async function putProduct(this: Members, event: ProductEvent, work: UnitOfWork): Promise<void> {
  const { product, firstStock } = event.payload;
  const stock = firstStock.map(({ sku, onHand }) => ({ sku, available: onHand }));
  await this.index.assumeStock(work, stock);
  await this.index.put(work, toEntry(product, event.seq));
  this.noteLag(event, work);
}
