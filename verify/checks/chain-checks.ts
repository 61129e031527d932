import type { Claim } from "../check";
import type { Chain, ChainEvent } from "../facts/chain-facts";

/** A claim about all events that belong together. */
export interface ChainCheck extends Claim {
  readonly violatedBy: (chain: Chain) => object | undefined;
}

/** What a person or a clock begins; everything else of an order is caused by an event. */
const BEGUN_OUTSIDE = new Set([
  "order.created",
  "order.cancelled",
  "order.dispatch_requested",
  "payment.refunded",
  "shipment.created",
  "shipment.delivered",
  "stock.released",
  "stock.changed",
  "job.queued",
]);

const isWhole = ({ kept, events }: Chain): boolean => kept && events.every((event) => event.kept);

function unknownCauses({ events }: Chain): ChainEvent[] {
  const ids = new Set(events.map(({ id }) => id));
  return events.filter(({ causationId }) => causationId !== null && !ids.has(causationId));
}

/** Events from which no walk along the causes comes to an end. */
function circular({ events }: Chain): ChainEvent[] {
  const causeOf = new Map(events.map(({ id, causationId }) => [id, causationId]));
  return events.filter(({ id }) => {
    let at: string | null = id;
    for (let steps = 0; at !== null; steps++) {
      if (steps > events.length) return true;
      at = causeOf.get(at) ?? null;
    }
    return false;
  });
}

export const chainChecks: readonly ChainCheck[] = [
  {
    id: "E5",
    when: "Q",
    title: "an event of an order carries the order's id as its correlation",
    violatedBy: ({ correlationId, events }) =>
      events.find(({ orderId }) => orderId !== null && orderId !== correlationId),
  },
  {
    id: "E5",
    when: "Q",
    title: "the cause of an event exists, in the same chain",
    violatedBy: (chain) => {
      const unknown = isWhole(chain) ? unknownCauses(chain) : [];
      return unknown.length > 0 ? { correlationId: chain.correlationId, unknown } : undefined;
    },
  },
  {
    id: "E5",
    when: "Q",
    title: "causes lead to a beginning, and not round in a circle",
    violatedBy: (chain) => {
      const found = circular(chain);
      return found.length > 0 ? { correlationId: chain.correlationId, circular: found } : undefined;
    },
  },
  {
    id: "E5",
    when: "Q",
    title: "an order has one beginning; what else has no cause was begun by a person or a clock",
    violatedBy: ({ correlationId, kept, events }) => {
      const roots = events.filter(({ causationId }) => causationId === null);
      const begun = roots.filter(({ name }) => name === "order.created").length;
      const strays = roots.filter(({ name }) => !BEGUN_OUTSIDE.has(name));
      const isOrder = kept && events.some((event) => event.orderId !== null);
      return strays.length > 0 || (isOrder && begun !== 1)
        ? { correlationId, begun, strays }
        : undefined;
    },
  },
];
