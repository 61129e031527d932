import { Type as T } from "@sinclair/typebox";
import { Id, Time } from "../../contracts/common";
import { cursorReader } from "../../contracts/cursor";
import type { catalog, Product } from "../../contracts/catalog";
import type { ParamsOf, ResultOf } from "../../lib/mesh/types";
import { toPage } from "../../lib/store/cursor";
import { subtreeOf } from "./domain/categories";
import { keyOf, type ProductKey } from "./domain/product-order";
import type { ProductStore } from "./store/product-store";

type List = (typeof catalog)["actions"]["list"];

/** A page of active products; those of a category are also those of the categories below it. */
export async function listProducts(
  store: ProductStore,
  { category, cursor, sort = "newest", limit = 20 }: ParamsOf<List>,
): Promise<ResultOf<List>> {
  const after: ProductKey | null = (sort === "newest" ? byTime : byPrice)(cursor) ?? null;
  const categories = category === undefined ? null : subtreeOf(await store.categories(), category);
  const products = await store.list({ categories, sort, after, limit: limit + 1 });
  const { rows, nextCursor } = toPage(products, limit, (product) => keyOf(product, sort));
  return { items: rows, nextCursor };
}

const byTime = cursorReader(T.Tuple([Time, Id]));
const byPrice = cursorReader(T.Tuple([T.Integer(), Id]));

/** Active products in the order of `ids`. */
export async function productsOf(store: ProductStore, ids: readonly string[]): Promise<Product[]> {
  const found = new Map((await store.byIds(ids)).map((product) => [product.id, product]));
  return [...new Set(ids)].flatMap((id) => {
    const product = found.get(id);
    return product?.status === "active" ? [product] : [];
  });
}
