import type { TraceEntry } from "../../contracts/durable";
import { textTable } from "../../lib/text-table";
import { theArgument, type Command } from "../command";

const RECENT = 20;

export const order: Command = {
  usage: "order <id>",
  description: "What happened to an order, step by step, and what it waits for",
  async complete(operator, args) {
    if (args.length > 0) return [];
    const { items } = await operator.call("gateway.adminOrders", { limit: RECENT });
    return items.map(({ id }) => id);
  },
  async run(operator, input) {
    const id = theArgument(input, "order");
    const timeline = await operator.call("operations.timeline", { id });
    const { status, waitingFor, entries, degraded } = timeline;
    const began = Date.parse(entries[0]?.at ?? "");
    return [
      `order ${id}: ${status}${waitingFor ? `, waits for ${waitingFor}` : ""}`,
      "",
      ...textTable(
        [">after", "service", "what", "event", "state", ">tries", ">took", "node", "error"],
        entries.map((entry) => rowOf(entry, began)),
      ),
      ...(degraded.length > 0 ? ["", `no answer from ${degraded.join(", ")}`] : []),
    ];
  },
};

const rowOf = (entry: TraceEntry, began: number): string[] => [
  `${((Date.parse(entry.at) - began) / 1000).toFixed(3)} s`,
  entry.service,
  entry.kind,
  entry.event,
  entry.status,
  String(entry.attempts),
  entry.latencyMs === null ? "-" : `${Math.round(entry.latencyMs)} ms`,
  entry.node ?? "-",
  entry.error ?? "",
];
