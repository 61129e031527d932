import { minorDigits } from "../../../lib/money/money";
import { buildImportedProduct } from "../domain/build-imported-product";
import { groupShopifyRows } from "../domain/group-shopify-rows";
import type { Parsed } from "../domain/imported-product";
import { readShopifyHeader, readShopifyRow } from "../domain/read-shopify-row";
import { htmlToPlainText } from "./html-to-plain-text";
import { groupingReader, type ProductReader, type ReadOptions } from "./product-reader";

/** Reads Shopify's product export. */
export function shopifyReader(
  header: readonly string[],
  { currency, ...limits }: Required<ReadOptions>,
): Parsed<ProductReader> {
  const read = readShopifyHeader(header);
  if ("fault" in read) return read;
  const options = { currency, digits: minorDigits(currency), toText: htmlToPlainText };
  const reader = groupingReader({
    handleColumn: read.value.indexes.get("handle") ?? 0,
    read: (row, cells) => readShopifyRow(read.value, row, cells),
    grouping: groupShopifyRows(limits),
    build: (group) => buildImportedProduct(group, options),
  });
  return { value: reader };
}
