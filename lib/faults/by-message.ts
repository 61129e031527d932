import { messageOf } from "../errors";
import { armFaults, releaseHung } from "./points";
import { parseFaults } from "./spec";

/**
 * Takes further faults from the process that started this one: `{ arm: "name=kind" }` replaces all
 * that are armed, `{ release: true }` lets go what hangs. Each is answered by `{ armed }` or `{ error }`.
 */
export function takeFaultsByMessage(seed: number): void {
  process.on("message", (message: unknown) => {
    const order = message as { readonly arm?: unknown; readonly release?: unknown };
    if (order.release === true) releaseHung();
    if (typeof order.arm !== "string") return;
    try {
      armFaults(parseFaults(order.arm), seed);
      process.send?.({ armed: order.arm });
    } catch (error) {
      process.send?.({ error: messageOf(error) });
    }
  });
  // A shop does not live on because somebody could still send something.
  process.channel?.unref();
}
