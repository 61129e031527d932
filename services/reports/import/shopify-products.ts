import { minorDigits } from "../../../lib/money/money";
import { buildImportedProduct, type ShopifyGroup } from "../domain/build-imported-product";
import { groupShopifyRows } from "../domain/group-shopify-rows";
import type { Parsed } from "../domain/imported-product";
import { readShopifyHeader, readShopifyRow } from "../domain/read-shopify-row";
import { htmlToPlainText } from "./html-to-plain-text";
import {
  abandoned,
  failed,
  finished,
  type ProductReader,
  type ReadOptions,
} from "./product-reader";

/** Reads Shopify's product export. */
export function shopifyReader(
  header: readonly string[],
  { currency, maxRowsPerHandle }: Required<ReadOptions>,
): Parsed<ProductReader> {
  const read = readShopifyHeader(header);
  if ("fault" in read) return read;
  const build = { currency, digits: minorDigits(currency), toText: htmlToPlainText };
  const product = (group: ShopifyGroup) => buildImportedProduct(group, build);
  const grouping = groupShopifyRows(maxRowsPerHandle);
  const reader: ProductReader = {
    row: (row, cells) => {
      const line = readShopifyRow(read.value, row, cells);
      if ("fault" in line) return [failed(row, line.fault)];
      return finished(grouping.add(line.value), product);
    },
    close: () => finished(grouping.close(), product),
    abandon: () => abandoned(grouping.close()),
  };
  return { value: reader };
}
