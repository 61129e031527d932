import { setImmediate as yieldToOthers } from "node:timers/promises";
import type { Piscina } from "piscina";
import { hasCode, messageOf } from "../../lib/errors";
import type { Caller } from "../../lib/mesh/types";
import { callPatiently } from "./call-patiently";
import { toCatalogPut, toStockLevels } from "./domain/catalog-product";
import type { ImportedProduct, ImportItem, RowError } from "./domain/imported-product";
import { windowsOf } from "./domain/windows";
import type { Survey } from "./import/survey-file";
import { JobFailed, type JobRun, type JobTools } from "./job-run";
import { converse } from "./threads/conversation";
import type { ReadTask } from "./threads/read-worker";

export const PRODUCT_IMPORT = "products.import";

export interface ImportParams {
  /** ISO 4217, of the prices for which the file names none. */
  readonly currency: string;
}

/** Products, but for `stockChanged`, which counts SKUs. */
export const NOTHING_IMPORTED = { created: 0, updated: 0, unchanged: 0, stockChanged: 0 };

/** Refusals that are about the product and would be the same the next time. */
const REFUSALS = ["VALIDATION_FAILED", "SLUG_TAKEN", "SKU_TAKEN", "CONFLICT"];

/** So many products wait for the stores at the same time. */
const AT_ONCE = 8;

/**
 * Puts each product of a file into the catalogue and its quantities into the inventory. Both are asked
 * in ways that change nothing the second time, so going on from an older position does no harm: what
 * was sold meanwhile of a SKU that this job has counted stays sold. The file is read in a thread.
 */
export async function importProducts(
  job: JobRun<ImportParams>,
  { mesh, pool }: JobTools,
): Promise<void> {
  const { total, scattered } = await survey(job, pool);
  job.expect(total);
  const task: ReadTask = { ...job.params, scattered, after: job.position };
  const batches = converse<ImportItem, void>(pool, "readImport", job.file(), task);
  for await (const items of batches) {
    for (const window of windowsOf(items, AT_ONCE)) {
      job.signal.throwIfAborted();
      // The same process may be serving the shop.
      await yieldToOthers();
      await importTogether(job, mesh, window);
    }
  }
}

/** Looks through the whole file. Throws JobFailed when it is no product file at all. */
async function survey(job: JobRun<ImportParams>, pool: Piscina) {
  const { value } = await converse<never, Survey>(pool, "survey", job.file(), {}).next();
  // It gives no items, so what comes first is the result.
  const found = value as Survey;
  if ("fault" in found) throw new JobFailed(found.fault.row, found.fault.message);
  return found;
}

/** What became of an item. */
interface Outcome {
  readonly errors: readonly RowError[];
  /** Up to which row of the file it goes. */
  readonly lastRow?: number;
  readonly counts?: { readonly stockChanged: number };
}

/** Does the items at the same time, and writes them down in the order of the file. */
async function importTogether(
  job: JobRun<ImportParams>,
  mesh: Caller,
  items: readonly ImportItem[],
): Promise<void> {
  const settled = await Promise.allSettled(items.map((item) => importItem(job, mesh, item)));
  for (const result of settled) {
    if (result.status === "rejected") throw result.reason;
    const { errors, lastRow, counts } = result.value;
    for (const error of errors) job.report(error);
    if (lastRow !== undefined) job.advance(lastRow, { ...counts });
    await job.saveSometimes();
  }
  // Little is done twice after a crash then, and the counts of a result are right but for these items.
  if (items.some(({ kind }) => kind === "product")) await job.save();
}

async function importItem(
  job: JobRun<ImportParams>,
  mesh: Caller,
  item: ImportItem,
): Promise<Outcome> {
  if (item.kind === "error") return { errors: [item] };
  const { product, lastRow } = item;
  const put = await ask(job, product, () => mesh.call("catalog.put", toCatalogPut(product)));
  if ("refusal" in put) return { errors: [put.refusal], lastRow };
  const { outcome, taken } = put.answer;
  const stock = await importStock(job, mesh, product, taken);
  const errors = taken.map((sku) => ({
    row: rowOf(product, sku),
    message: `${product.handle}: another product has the SKU ${sku}`,
  }));
  const counts = { [outcome]: 1, stockChanged: stock.changed };
  return { errors: [...errors, ...stock.errors], lastRow, counts };
}

/** Counts what the file counts, but for SKUs that are another product's. */
async function importStock(
  job: JobRun<ImportParams>,
  mesh: Caller,
  product: ImportedProduct,
  taken: readonly string[],
): Promise<{ readonly changed: number; readonly errors: readonly RowError[] }> {
  const levels = toStockLevels(product).filter(({ sku }) => !taken.includes(sku));
  if (levels.length === 0) return { changed: 0, errors: [] };
  const counted = await ask(job, product, () =>
    mesh.call("inventory.stock", { levels, reason: "import", batch: job.id }),
  );
  if ("refusal" in counted) return { changed: 0, errors: [counted.refusal] };
  const { changed, refused } = counted.answer;
  const errors = refused.map(({ sku, message }) => ({
    row: rowOf(product, sku),
    message: `stock of ${sku}: ${message}`,
  }));
  return { changed, errors };
}

const rowOf = ({ row, variants }: ImportedProduct, sku: string): number =>
  variants.find((variant) => variant.sku === sku)?.row ?? row;

/** The answer, or why it was refused; waits for a service that is away. */
async function ask<T>(
  job: JobRun<ImportParams>,
  { row, handle }: ImportedProduct,
  call: () => Promise<T>,
): Promise<{ readonly answer: T } | { readonly refusal: RowError }> {
  try {
    return { answer: await callPatiently(call, job) };
  } catch (error) {
    if (!hasCode(error, ...REFUSALS)) throw error;
    return { refusal: { row, message: `${handle}: ${messageOf(error)}` } };
  }
}
