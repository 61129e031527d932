import type { ActionResult, Caller } from "../../lib/mesh/types";
import { ASK, askServices } from "./ask-services";
import { oldestFirst } from "./domain/saga-order";
import { waitingFor } from "./domain/waiting-for";

/** All that the services did about an order. NOT_FOUND when there is no such order. */
export async function showTimeline(
  caller: Caller,
  id: string,
): Promise<ActionResult<"operations.timeline">> {
  const { status } = await caller.call("orders.find", { id });
  const { answers, silent } = await askServices((service) =>
    caller.call(`${service}.trace`, { correlationId: id }, ASK),
  );
  const entries = oldestFirst(answers.flatMap(({ answer }) => answer));
  return {
    orderId: id,
    status,
    waitingFor: waitingFor({ status, entries, silent }),
    entries,
    degraded: silent,
  };
}
