import type { Piscina } from "piscina";
import { fail } from "../../contracts/errors";
import type { OrderRecord } from "../../contracts/orders";
import type { File } from "../../contracts/reports";
import { taskOf } from "./threads/pool";

/** Orders that are, or were, a sale. */
const INVOICED: readonly OrderRecord["status"][] = [
  "confirmed",
  "shipped",
  "delivered",
  "refunded",
];

/** The invoice of an order as PDF, made in a thread. Throws INVALID_TRANSITION before it is confirmed. */
export async function makeInvoice(pool: Piscina, order: OrderRecord): Promise<File> {
  if (!INVOICED.includes(order.status)) {
    throw fail("INVALID_TRANSITION", `a ${order.status} order has no invoice`);
  }
  // Piscina types what its tasks answer as anything.
  const pdf = (await pool.run(order, taskOf("invoice"))) as Uint8Array;
  return {
    contentType: "application/pdf",
    fileName: `invoice-${order.number}.pdf`,
    content: Buffer.from(pdf).toString("base64"),
  };
}
