import { fail } from "../../contracts/errors";
import type { reports } from "../../contracts/reports";
import { newId } from "../../lib/ids";
import type { Ctx } from "../../lib/mesh/types";
import type { DurableMembers } from "../../mixins/durable-events";
import { NOTHING_IMPORTED, PRODUCT_IMPORT, type ImportParams } from "./import-products";
import { queueJob } from "./queue-job";
import { receiveFile, type Receiver } from "./receive-file";

/** Shopify's exports name no currency; this is the shop's. */
const DEFAULT_CURRENCY = "EUR";

/** Takes the file whole, then queues its import; answers the job's id. An empty one is VALIDATION_FAILED. */
export async function queueImport(
  service: Receiver & Pick<DurableMembers, "unitOfWork">,
  ctx: Ctx<(typeof reports)["actions"]["importProducts"]>,
): Promise<string> {
  const id = newId();
  const size = ctx.stream ? await receiveFile(service, id, ctx.stream) : 0;
  if (size === 0) throw emptyFile();
  const params: ImportParams = { currency: ctx.params.currency ?? DEFAULT_CURRENCY };
  await queueJob(service, ctx, { id, type: PRODUCT_IMPORT, params, counts: NOTHING_IMPORTED });
  return id;
}

const emptyFile = () =>
  fail("VALIDATION_FAILED", "the file is empty", {
    errors: [{ path: "", message: "the file is empty" }],
  });
