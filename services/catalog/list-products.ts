import { invalidField } from "../../contracts/errors";
import type { catalog } from "../../contracts/catalog";
import type { ParamsOf, ResultOf } from "../../lib/mesh/types";
import { decodeCursor, toPage } from "../../lib/store/cursor";
import { subtreeOf } from "./domain/categories";
import {
  isKeyOf,
  keyOf,
  rankRelated,
  type ProductKey,
  type ProductSort,
} from "./domain/product-order";
import type { ProductStore } from "./store/product-store";

type List = (typeof catalog)["actions"]["list"];
type Related = (typeof catalog)["actions"]["related"];

const RELATED_CANDIDATES = 200;

/** A page of active products; those of a category are also those of the categories below it. */
export async function listProducts(
  store: ProductStore,
  { category, cursor, sort = "newest", limit = 20 }: ParamsOf<List>,
): Promise<ResultOf<List>> {
  const after = cursor === undefined ? null : keyFrom(cursor, sort);
  const categories = category === undefined ? null : subtreeOf(await store.categories(), category);
  const products = await store.list({ categories, sort, after, limit: limit + 1 });
  const { rows, nextCursor } = toPage(products, limit, (product) => keyOf(product, sort));
  return { items: rows, nextCursor };
}

function keyFrom(cursor: string, sort: ProductSort): ProductKey {
  const key = decodeCursor(cursor, 2);
  if (!key || !isKeyOf(key, sort)) throw invalidField("/cursor", "is not a cursor of this list");
  return [key[0] ?? "", String(key[1])];
}

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
