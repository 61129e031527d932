import type { ShopifyGroup } from "./build-imported-product";
import { RowGrouping, type GroupingRules } from "./group-rows";
import type { ShopifyRow } from "./read-shopify-row";

/** Groups the rows of a Shopify file: a row may add the product's texts, a variant and an image. */
export const groupShopifyRows = (
  limits: Pick<GroupingRules<ShopifyRow, ShopifyGroup>, "maxRowsPerHandle" | "scattered">,
): RowGrouping<ShopifyRow, ShopifyGroup> =>
  new RowGrouping<ShopifyRow, ShopifyGroup>({
    ...limits,
    noun: "handle",
    begin: (group) => ({ ...group, head: undefined, variants: [], images: [] }),
    take,
  });

function take(group: ShopifyGroup, { product, variant, image }: ShopifyRow): string | undefined {
  group.head ??= product;
  if (variant !== undefined) group.variants.push(variant);
  if (image !== undefined) group.images.push(image);
  const saysNothing = (product ?? variant ?? image) === undefined;
  return saysNothing ? "describes neither a product, a variant nor an image" : undefined;
}
