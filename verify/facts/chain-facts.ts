import { madeAt } from "../../lib/ids";
import { messagingDatabases, type DatabaseName, type Limits } from "../check";
import { mergeByKey, type Keyed } from "../merge";
import type { Snapshot } from "../snapshot";

export interface ChainEvent extends Keyed {
  readonly id: string;
  readonly name: string;
  readonly causationId: string | null;
  /** The order that it tells of; null for events of products, SKUs and jobs. */
  readonly orderId: string | null;
  readonly kept: boolean;
}

/** The events of one correlation id: an order's whole story. */
export interface Chain {
  readonly correlationId: string;
  /** Begun so lately that no retention may have taken its beginning. */
  readonly kept: boolean;
  readonly events: readonly ChainEvent[];
}

// By pattern: a payload may hold texts that PostgreSQL refuses to take apart (\u0000).
const EVENTS = `SELECT correlation_id AS key, id, name, causation_id AS "causationId",
    substring(payload::text FROM '"orderId": ?"([0-9a-f-]{36})"') AS "orderId",
    occurred_at > now() - $1::float8 * interval '1 hour' AS kept
  FROM outbox ORDER BY correlation_id COLLATE "C"`;

const HOUR_MS = 3_600_000;
const UUIDV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7/;

/** When something with this id came about, in ms; of an id that does not say it, now. */
const bornAt = (id: string): number => (UUIDV7.test(id) ? madeAt(id) : Date.now());

/** Chains one by one; each is some ten events. */
export async function* chains(
  snapshots: Readonly<Record<DatabaseName, Snapshot>>,
  { keptHours }: Pick<Limits, "keptHours">,
): AsyncGenerator<Chain> {
  const streams = Object.fromEntries(
    messagingDatabases.map((name) => [
      name,
      snapshots[name].stream<ChainEvent>(EVENTS, [keptHours]),
    ]),
  );
  for await (const { key, rows } of mergeByKey(streams)) {
    const kept = bornAt(key) > Date.now() - keptHours * HOUR_MS;
    yield { correlationId: key, kept, events: Object.values(rows).flat() };
  }
}
