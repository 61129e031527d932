import { Type as T } from "@sinclair/typebox";
import { Id, Time } from "../../contracts/common";
import { cursorReader } from "../../contracts/cursor";
import type { catalog } from "../../contracts/catalog";
import type { ParamsOf, ResultOf } from "../../lib/mesh/types";
import { toPage } from "../../lib/store/cursor";
import { subtreeOf } from "./domain/categories";
import { keyOf, rankRelated, type ProductKey } from "./domain/product-order";
import type { ProductStore } from "./store/product-store";

type List = (typeof catalog)["actions"]["list"];
type Related = (typeof catalog)["actions"]["related"];

const RELATED_CANDIDATES = 200;

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

/** Of the newest products in its categories, those that share most of them; none for an unknown id. */
export async function relatedProducts(
  store: ProductStore,
  { id, limit }: ParamsOf<Related>,
): Promise<ResultOf<Related>> {
  const product = (await store.byId(id))?.product;
  if (!product) return [];
  const candidates = await store.list({
    categories: product.categories,
    sort: "newest",
    after: null,
    limit: RELATED_CANDIDATES,
  });
  return rankRelated(product, candidates, limit);
}
