import type { Queryable } from "./database";

/** Ids are UUIDv7: an SQL expression for the smallest one of a moment, itself an SQL expression. */
export const smallestIdOf = (moment: string): string =>
  `(lpad(to_hex((extract(epoch FROM ${moment}) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid`;

/** The smallest of all ids: where a walk through all of them begins. */
export const NO_ID = "00000000-0000-0000-0000-000000000000";

/** A page of ids behind `after`: `sql` answers them as `id`, sorted, behind `$1` and `$2` at most. */
export async function idsAfter(
  db: Queryable,
  sql: string,
  after: string,
  limit: number,
): Promise<string[]> {
  return (await db.query<{ id: string }>(sql, [after, limit])).map(({ id }) => id);
}
