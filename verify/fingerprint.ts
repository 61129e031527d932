import { databaseNames } from "./check";
import { Snapshot } from "./snapshot";
import type { Target } from "./target";

/** Tables that say how events went, and not what they brought about. */
const BOOKKEEPING = [
  "outbox",
  "inbox",
  "inbox_attempt",
  "dead_letter",
  "dead_letter_audit",
  "migration",
];

/** How many rows a table has, and a number that changes with any of them, whatever their order. */
export interface TablePrint {
  readonly table: string;
  readonly rows: number;
  readonly print: string;
}

/** All business rows of a shop as a few numbers: equal before and after what must change nothing (E6). */
export async function fingerprintOf({
  databases,
}: Pick<Target, "databases">): Promise<TablePrint[]> {
  const prints: TablePrint[] = [];
  for (const database of databaseNames) {
    const snapshot = await Snapshot.open(databases[database]);
    try {
      for (const table of await tablesOf(snapshot)) {
        prints.push({ table: `${database}.${table}`, ...(await printOf(snapshot, table)) });
      }
    } finally {
      await snapshot.close();
    }
  }
  return prints;
}

async function printOf(snapshot: Snapshot, table: string): Promise<Omit<TablePrint, "table">> {
  // Whole rows as text, so that no column is forgotten; a sum, so that their order does not matter.
  const [row] = await snapshot.query<{ rows: number; print: string | null }>(
    `SELECT count(*) AS rows, sum(('x' || md5(t::text))::bit(60)::bigint)::text AS print FROM "${table}" t`,
  );
  return { rows: row?.rows ?? 0, print: row?.print ?? "" };
}

async function tablesOf(snapshot: Snapshot): Promise<string[]> {
  const rows = await snapshot.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition
       AND relnamespace = 'public'::regnamespace AND relname <> ALL($1) ORDER BY relname`,
    [BOOKKEEPING],
  );
  return rows.map(({ name }) => name);
}
