import { Errors } from "moleculer";
import { meshMetrics } from "../observability/mesh-metrics";
import { meterOf } from "../observability/meter";
import { middleware, remainingMs, type ContractOf } from "./middleware";
import { deadlineOf } from "./patience";

export interface DeadlineOptions {
  readonly contractOf: ContractOf;
}

/**
 * Gives every call a deadline: what the contract allows, less where the caller says so, and never
 * later than that of the call it is made for. It travels as the ms that are left, from which the
 * transporter takes the time on the way; work that arrives after it is refused.
 */
export const deadline = ({ contractOf }: DeadlineOptions) =>
  middleware((broker) => {
    const meter = meterOf(broker, meshMetrics);
    return {
      name: "Deadline",
      call(next) {
        return function withDeadline(name, params, options = {}) {
          const allowed = deadlineOf(contractOf(name), broker.options.requestTimeout ?? 0);
          const left = options.parentCtx ? remainingMs(options.parentCtx) : Infinity;
          const timeout = Math.min(allowed, options.timeout ?? Infinity, left);
          if (timeout > 0) return next(name, params, { ...options, timeout });
          meter.add("mesh_late_total", { action: name });
          return Promise.reject(
            new Errors.RequestSkippedError({ action: name, nodeID: broker.nodeID }),
          );
        };
      },
      localAction(next, action) {
        const name = action.name ?? "";
        return async function inTime(ctx) {
          if ((ctx.options.timeout ?? 0) >= 0) return next(ctx);
          meter.add("mesh_late_total", { action: name });
          throw new Errors.RequestSkippedError({ action: name, nodeID: broker.nodeID });
        };
      },
    };
  });
