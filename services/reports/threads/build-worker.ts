import type { OrderRecord } from "../../../contracts/orders";
import { buildInvoice } from "../build/build-invoice";
import { buildCsv, buildXlsx } from "../build/build-report";
import type { SalesRow } from "../domain/sales-row";
import { Conversation, type FileTask } from "./conversation";

export interface ReportTask {
  readonly format: "csv" | "xlsx";
}

/** Piscina calls these by their names. Makes a file of the rows that come as JSON, a page in each piece. */
export async function buildReport({ port, options }: FileTask<ReportTask>): Promise<Uint8Array> {
  const main = new Conversation<never>(port);
  try {
    const pages = pagesOf(main.file());
    return await (options.format === "csv" ? buildCsv(pages) : buildXlsx(pages));
  } finally {
    main.end();
  }
}

async function* pagesOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<SalesRow[]> {
  // Written by `reportSales`, in the other thread.
  for await (const piece of pieces) yield JSON.parse(piece.toString()) as SalesRow[];
}

export const invoice = (order: OrderRecord): Promise<Uint8Array> => buildInvoice(order);
