import type { Static } from "@sinclair/typebox";
import type { catalog } from "../../../contracts/catalog";
import type { inventory } from "../../../contracts/inventory";
import type { ImportedProduct } from "./imported-product";
import { toSlug } from "./slug";

export type CatalogPut = Static<(typeof catalog)["actions"]["put"]["params"]>;
export type StockLevels = Static<(typeof inventory)["actions"]["stock"]["params"]>["levels"];

/** A product of a file as the catalogue takes it. One that is not active stays off the shop. */
export const toCatalogPut = (product: ImportedProduct): CatalogPut => ({
  slug: product.handle,
  name: product.name,
  description: product.description,
  brand: product.brand,
  categories: product.categories.map((name) => ({ slug: toSlug(name, "category"), name })),
  attributes: product.attributes,
  images: product.images,
  variants: product.variants.map(({ row: _row, quantity: _quantity, ...variant }) => variant),
  status: product.active ? "active" : "archived",
  ...(product.keep === undefined ? {} : { keep: product.keep }),
});

/** What the file says of stock; a variant that it does not count is left as it is. */
export const toStockLevels = ({ variants }: ImportedProduct): StockLevels =>
  variants.flatMap(({ sku, quantity }) =>
    quantity === undefined ? [] : [{ sku, onHand: quantity }],
  );
