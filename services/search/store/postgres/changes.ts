import type { Queryable } from "../../../../lib/store/database";
import type { Entry } from "../../domain/entry";
import { LIVE, NEXT, type Generation } from "./tables";
import { putProduct, removeProduct, restock } from "./write-product";

/** A write to the index, as it can be done again in another generation of it. */
export type Change =
  | { readonly kind: "put"; readonly entry: Entry }
  | { readonly kind: "remove"; readonly id: string; readonly version: number }
  | { readonly kind: "restock"; readonly skus: readonly string[] };

/** A rebuild that has said nothing for so long is dead. */
const LEASE = "interval '60 seconds'";

/**
 * Makes this transaction the only one that writes to the index. Answers whether a rebuild runs; one
 * that died is given up here, for good: from now on it misses changes.
 */
export async function lockIndex(tx: Queryable): Promise<{ rebuilding: boolean }> {
  const [state] = await tx.query<{ rebuild_id: string | null; alive: boolean | null }>(
    `SELECT rebuild_id, rebuild_seen_at > clock_timestamp() - ${LEASE} AS alive
     FROM index_state FOR UPDATE`,
  );
  if (!state?.rebuild_id) return { rebuilding: false };
  if (!state.alive) await tx.query("UPDATE index_state SET rebuild_id = NULL");
  return { rebuilding: state.alive ?? false };
}

/** Writes to the live index, and takes down what a running rebuild has to catch up with. */
export async function write(
  tx: Queryable,
  change: Change,
  { rebuilding }: { readonly rebuilding: boolean },
): Promise<void> {
  await applyChange(tx, LIVE, change);
  if (!rebuilding) return;
  await tx.query(`INSERT INTO ${NEXT}.change (change) VALUES ($1)`, [JSON.stringify(change)]);
}

export function applyChange(tx: Queryable, schema: Generation, change: Change): Promise<void> {
  switch (change.kind) {
    case "put":
      return putProduct(tx, schema, change.entry);
    case "remove":
      return removeProduct(tx, schema, change.id, change.version);
    case "restock":
      return restock(tx, schema, change.skus);
    default:
      throw new Error(`unknown change ${String(change satisfies never)}`);
  }
}

const BATCH = 200;

/** Applies some of what was taken down to the next generation; false when there was no more. */
export async function catchUp(tx: Queryable): Promise<boolean> {
  const rows = await tx.query<{ change: Change }>(
    `WITH taken AS (
       DELETE FROM ${NEXT}.change
       WHERE position IN (SELECT position FROM ${NEXT}.change ORDER BY position LIMIT ${BATCH})
       RETURNING position, change
     )
     SELECT change FROM taken ORDER BY position`,
  );
  for (const { change } of rows) await applyChange(tx, NEXT, change);
  return rows.length > 0;
}
