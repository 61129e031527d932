import type { Reconciliation } from "../../../contracts/operations";
import type { Queryable } from "../../../lib/store/database";
import type { LastRun, Run } from "../reconcile";

/** Long enough for a run that renews it; a leader that died keeps the others waiting for no longer. */
export const LEASE_MS = 15_000;
const LEASE = `now() + ${LEASE_MS} * interval '1 millisecond'`;

interface Turn {
  /** Whether it is taken before it is due. */
  readonly early: boolean;
  readonly everyMs: number;
}

/** Takes the turn to reconcile for `holder`; null when it is not due, or another replica's. */
export async function takeTurn(
  db: Queryable,
  holder: string,
  { early, everyMs }: Turn,
): Promise<LastRun | null> {
  const [row] = await db.query<LastRun>(
    `UPDATE reconciliation SET holder = $1, lease_until = ${LEASE},
       due_at = now() + $3::int * interval '1 millisecond'
     WHERE ($2 OR due_at <= now()) AND (lease_until IS NULL OR lease_until < now())
     RETURNING memory, findings`,
    [holder, early, everyMs],
  );
  return row ?? null;
}

/** False when the turn has become another's. */
export const renewTurn = async (db: Queryable, holder: string): Promise<boolean> =>
  (
    await db.query(
      `UPDATE reconciliation SET lease_until = ${LEASE} WHERE holder = $1 RETURNING 1`,
      [holder],
    )
  ).length > 0;

/** Keeps what a run found, and ends its turn; nothing when that has become another's. */
export async function keepRun(
  db: Queryable,
  holder: string,
  { checked, findings, memory }: Run,
): Promise<void> {
  await db.query(
    `UPDATE reconciliation SET ran_at = clock_timestamp(), checked = $2, findings = $3, memory = $4,
       lease_until = NULL WHERE holder = $1`,
    [holder, checked, JSON.stringify(findings), JSON.stringify(memory)],
  );
}

export async function endTurn(db: Queryable, holder: string): Promise<void> {
  await db.query("UPDATE reconciliation SET lease_until = NULL WHERE holder = $1", [holder]);
}

interface AgedRun extends Reconciliation {
  /** Since it ended, or since there is a database; by the database's clock. */
  readonly ageSeconds: number;
}

export async function lastRun(db: Queryable): Promise<AgedRun> {
  const [row] = await db.query<Omit<AgedRun, "ranAt"> & { readonly ranAt: Date | null }>(
    `SELECT ran_at AS "ranAt", checked, findings,
       extract(epoch FROM clock_timestamp() - coalesce(ran_at, due_at))::float8 AS "ageSeconds"
     FROM reconciliation`,
  );
  if (!row) throw new Error("the row of the reconciliation is gone");
  return { ...row, ranAt: row.ranAt?.toISOString() ?? null };
}
