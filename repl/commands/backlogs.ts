import { textTable } from "../../lib/text-table";
import type { Command } from "../command";

export const outbox: Command = {
  usage: "outbox",
  description: "What waits in each service: events to publish, events out of turn, dead letters",
  async run(operator) {
    const { services } = await operator.call("operations.topology", {});
    const rows = services.flatMap(({ name, backlog }) =>
      backlog
        ? [
            [
              name,
              String(backlog.pendingEvents),
              backlog.pendingEvents === 0
                ? "-"
                : `${(backlog.oldestPendingMs / 1000).toFixed(1)} s`,
              String(backlog.parkedEvents),
              String(backlog.deadLetters),
            ],
          ]
        : [],
    );
    return textTable(["service", ">pending", ">oldest", ">parked", ">dead"], rows);
  },
};

export const consumers: Command = {
  usage: "consumers",
  description: "How far each service is behind with the events that it consumes",
  options: { "--behind": "only those that are" },
  async run(operator, { options }) {
    const all = await operator.call("operations.consumers", {});
    const shown = all.filter(
      ({ waiting, inHand }) => !("behind" in options) || waiting + inHand > 0,
    );
    if (shown.length === 0) return ["nobody is behind"];
    const key = (one: (typeof shown)[number]): string => `${one.consumer} ${one.event}`;
    const rows = shown
      .sort((a, b) => (key(a) < key(b) ? -1 : 1))
      .map(({ consumer, event, waiting, inHand, pulled }) => [
        consumer,
        event,
        String(waiting),
        String(inHand),
        pulled ? "" : "nobody takes them",
      ]);
    return textTable(["consumer", "event", ">waiting", ">in hand", ""], rows);
  },
};

export const breakers: Command = {
  usage: "breakers",
  description: "Circuit breakers that are not closed",
  async run(operator) {
    const { breakers: tripped } = await operator.call("operations.topology", {});
    if (tripped.length === 0) return ["all breakers are closed"];
    return textTable(
      ["action", "node", "state", "kept by"],
      tripped.map(({ action, node, state, on }) => [action, node, state, on]),
    );
  },
};
