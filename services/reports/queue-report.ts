import { invalidField } from "../../contracts/errors";
import type { reports } from "../../contracts/reports";
import { newId } from "../../lib/ids";
import type { Ctx } from "../../lib/mesh/types";
import type { DurableMembers } from "../../mixins/durable-events";
import { salesPeriod } from "./domain/sales-period";
import { queueJob } from "./queue-job";
import { SALES_REPORT, type SalesParams } from "./report-sales";

/** Queues a sales report; answers the job's id. */
export async function queueReport(
  service: Pick<DurableMembers, "unitOfWork">,
  ctx: Ctx<(typeof reports)["actions"]["sales"]>,
): Promise<string> {
  const { from, to, format } = ctx.params;
  const period = salesPeriod(from, to);
  if ("fault" in period) throw invalidField(`/${period.fault}`, period.message);
  const params: SalesParams = {
    from: period.from.toISOString(),
    until: period.until.toISOString(),
    format,
  };
  const id = newId();
  await queueJob(service, ctx, { id, type: SALES_REPORT, params, counts: {} });
  return id;
}
