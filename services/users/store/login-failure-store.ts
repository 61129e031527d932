import type { Queryable } from "../../../lib/store/database";

/** Counted from the first failure on, by the database's clock. */
const WINDOW = "interval '15 minutes'";

export interface LoginFailures {
  readonly failures: number;
  /** Seconds until they are forgotten. */
  readonly seconds: number;
}

export async function countFailures(tx: Queryable, key: Buffer): Promise<LoginFailures> {
  const [row] = await tx.query<LoginFailures>(
    `SELECT failures, ceil(extract(epoch FROM since + ${WINDOW} - now()))::int AS seconds
     FROM login_failure WHERE key = $1 AND since > now() - ${WINDOW}`,
    [key],
  );
  return row ?? { failures: 0, seconds: 0 };
}

export async function addFailure(tx: Queryable, key: Buffer): Promise<void> {
  await tx.query(
    `INSERT INTO login_failure AS f (key, failures) VALUES ($1, 1)
     ON CONFLICT (key) DO UPDATE SET
       failures = CASE WHEN f.since > now() - ${WINDOW} THEN f.failures + 1 ELSE 1 END,
       since = CASE WHEN f.since > now() - ${WINDOW} THEN f.since ELSE now() END`,
    [key],
  );
}

export async function forgetFailures(tx: Queryable, key: Buffer): Promise<void> {
  await tx.query("DELETE FROM login_failure WHERE key = $1", [key]);
}

/** Keeps the table as small as a quarter of an hour of failures. */
export async function deleteOldFailures(tx: Queryable): Promise<void> {
  await tx.query(`DELETE FROM login_failure WHERE since <= now() - ${WINDOW}`);
}
