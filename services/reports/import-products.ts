import { setImmediate as yieldToOthers } from "node:timers/promises";
import { hasCode, messageOf } from "../../lib/errors";
import type { Caller } from "../../lib/mesh/types";
import { callPatiently } from "./call-patiently";
import { toCatalogPut, toStockLevels } from "./domain/catalog-product";
import type { ImportedProduct, ImportItem } from "./domain/imported-product";
import { readShopifyCsv } from "./import/read-shopify-csv";
import type { JobRun } from "./job-run";
import { surveyFile } from "./survey-file";

export const PRODUCT_IMPORT = "products.import";

export interface ImportParams {
  /** ISO 4217, of every price in the file. */
  readonly currency: string;
}

/** Products, but for `stockChanged`, which counts SKUs. */
export const NOTHING_IMPORTED = { created: 0, updated: 0, unchanged: 0, stockChanged: 0 };

/** Refusals that are about the product and would be the same the next time. */
const REFUSALS = ["VALIDATION_FAILED", "SLUG_TAKEN", "SKU_TAKEN", "CONFLICT"];

/**
 * Puts each product of a Shopify file into the catalogue and its quantities into the inventory, one
 * after the other. Both are asked in ways that change nothing the second time, so going on from an
 * older position, or importing the file again, does no harm.
 */
export async function importProducts(job: JobRun<ImportParams>, mesh: Caller): Promise<void> {
  if (job.position === 0) job.expect(await surveyFile(job.file()));
  const from = job.position;
  for await (const item of readShopifyCsv(job.file(), job.params)) {
    job.signal.throwIfAborted();
    // The same process may be serving the shop.
    await yieldToOthers();
    if (lastRowOf(item) <= from) continue;
    if (item.kind === "product") await importProduct(job, mesh, item);
    else job.report(item);
    await job.saveSometimes();
  }
}

const lastRowOf = (item: ImportItem): number => (item.kind === "product" ? item.lastRow : item.row);

async function importProduct(
  job: JobRun<ImportParams>,
  mesh: Caller,
  { product, lastRow }: { readonly product: ImportedProduct; readonly lastRow: number },
): Promise<void> {
  const put = await ask(job, product, () => mesh.call("catalog.put", toCatalogPut(product)));
  const stock = put && (await countStock(job, mesh, product));
  const stockChanged = stock?.changed ?? 0;
  for (const { sku, message } of stock?.refused ?? []) {
    job.report({ row: product.row, message: `stock of ${sku}: ${message}` });
  }
  job.advance(lastRow, put ? { [put.outcome]: 1, stockChanged } : {});
  // Stock that was set a second time would bring back what was sold in between.
  if (stockChanged > 0) await job.save();
}

async function countStock(job: JobRun<ImportParams>, mesh: Caller, product: ImportedProduct) {
  const levels = toStockLevels(product);
  if (levels.length === 0) return null;
  return ask(job, product, () => mesh.call("inventory.stock", { levels, reason: "import" }));
}

/** The answer, or null for a refusal, which is reported; waits for a service that is away. */
async function ask<T>(
  job: JobRun<ImportParams>,
  { row, handle }: ImportedProduct,
  call: () => Promise<T>,
): Promise<T | null> {
  try {
    return await callPatiently(call, job);
  } catch (error) {
    if (!hasCode(error, ...REFUSALS)) throw error;
    job.report({ row, message: `${handle}: ${messageOf(error)}` });
    return null;
  }
}
