import type { ImportItem } from "../domain/imported-product";
import type { ReadOptions } from "../import/product-reader";
import { readProducts } from "../import/read-products";
import { surveyFile, type Survey } from "../import/survey-file";
import { Conversation, type FileTask } from "./conversation";

/** What one message may carry: it is copied into the main thread in one go. */
const BATCH_ITEMS = 50;
const BATCH_CHARACTERS = 128 * 1024;

export interface ReadTask extends ReadOptions {
  /** The last row that is done. */
  readonly after: number;
}

/** Piscina calls these by their names. */
export async function survey({ port }: FileTask<object>): Promise<Survey> {
  const main = new Conversation<never>(port);
  try {
    return await surveyFile(main.file());
  } finally {
    main.end();
  }
}

/** Gives the products and errors of the rows after `after`. */
export async function readImport({ port, options }: FileTask<ReadTask>): Promise<void> {
  const main = new Conversation<ImportItem>(port);
  try {
    let batch: ImportItem[] = [];
    let weight = 0;
    for await (const item of readProducts(main.file(), options)) {
      if (lastRowOf(item) <= options.after) continue;
      batch.push(item);
      weight += weightOf(item);
      if (batch.length < BATCH_ITEMS && weight < BATCH_CHARACTERS) continue;
      await main.give(batch);
      batch = [];
      weight = 0;
    }
    if (batch.length > 0) await main.give(batch);
  } finally {
    main.end();
  }
}

const lastRowOf = (item: ImportItem): number => (item.kind === "product" ? item.lastRow : item.row);

/** About the characters that it holds. */
function weightOf(item: ImportItem): number {
  if (item.kind === "error") return item.message.length;
  const { description, variants, images } = item.product;
  return description.length + 300 * variants.length + 150 * images.length + 500;
}
