import type { Service, ServiceSchema } from "moleculer";
import type { Runtime } from "../../config/runtime";
import { contracts } from "../../contracts";
import { fail } from "../../contracts/errors";
import type { Cause } from "../../lib/messaging/outbox";
import { invalidate } from "../../lib/mesh/cache";
import { implement } from "../../lib/mesh/implement";
import { documentEvents, type DocumentEventsMembers } from "../../mixins/document-events";
import { demoImage } from "./demo-image";
import { countProducts } from "./domain/categories";
import { offerOf } from "./domain/offer";
import { listProducts, productsOf } from "./list-products";
import { seedDemo } from "./seed-demo";
import type { ProductStore } from "./store/product-store";
import { productStore, type ProductStoreMembers } from "./store/product-store.mixin";
import {
  addImage,
  archiveProduct,
  createProduct,
  putProduct,
  updateProduct,
  type Writing,
} from "./write-product";

type Members = DocumentEventsMembers & ProductStoreMembers;

/** Products, variants and categories, as merchants write them. */
export const catalogService = (runtime: Runtime): ServiceSchema =>
  implement(contracts.catalog)<Members>({
    mixins: [
      documentEvents<ProductStoreMembers>(runtime, {
        service: "catalog",
        documentsOf: (service) => service.store,
      }),
      productStore(runtime),
    ],
    actions: {
      async list({ params }) {
        return listProducts(this.store, params);
      },
      async get({ params: { idOrSlug } }) {
        const found = (await this.store.byId(idOrSlug)) ?? (await this.store.bySlug(idOrSlug));
        if (found?.product.status !== "active") throw fail("NOT_FOUND", "there is no such product");
        return found.product;
      },
      async categories() {
        return { items: await countedCategories(this.store) };
      },
      async create(ctx) {
        return createProduct(writing(this, ctx), ctx.params);
      },
      async update(ctx) {
        return updateProduct(writing(this, ctx), ctx.params);
      },
      async archive(ctx) {
        await archiveProduct(writing(this, ctx), ctx.params.id);
        return null;
      },
      async addImage(ctx) {
        await addImage(writing(this, ctx), ctx.params);
        return null;
      },
      async put(ctx) {
        return putProduct(writing(this, ctx), ctx.params);
      },
      async offers({ params }) {
        const skus = [...new Set(params.skus)];
        const products = await this.store.bySkus(skus);
        return skus.flatMap((sku) => products.flatMap((product) => offerOf(product, sku) ?? []));
      },
      async page({ params: { after = null, limit } }) {
        const stored = await this.store.page(after, limit);
        return stored.map(({ product, version }) => ({ product, version }));
      },
      async byIds({ params }) {
        return productsOf(this.store, params.ids);
      },
      async image({ params }) {
        const svg = demoImage(params.file);
        if (svg === null) throw fail("NOT_FOUND", "there is no such image");
        return { svg };
      },
    },
    events: {},
    async started() {
      if (runtime.config.seed !== "demo") return;
      const added = await seedDemo(writing(this, {}));
      if (added > 0) this.logger.info(`${added} demo products are on the shelves`);
    },
  });

/** The gateway's cache listens, on whichever node it is. */
const writing = (service: Service & Members, { traceparent = null }: Cause): Writing => ({
  store: service.store,
  seal: (event) => service.outbox.seal(event, { traceparent }),
  written: async () => {
    service.relay.wake();
    await invalidate(service.broker, "catalog");
  },
});

/** By slug, with the products that each has itself or in a category below it. */
async function countedCategories(store: ProductStore) {
  const categories = await store.categories();
  const counts = countProducts(categories, await store.placements());
  return categories
    .map((category) => ({ ...category, productCount: counts.get(category.slug) ?? 0 }))
    .sort((a, b) => (a.slug < b.slug ? -1 : 1));
}
