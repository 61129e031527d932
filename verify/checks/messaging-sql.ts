import type { SqlCheck } from "./sql-check";

/** The same in every database that has an outbox and an inbox. `$1` is event name → its source. */
export const messagingChecks: readonly Omit<SqlCheck, "database" | "values">[] = [
  {
    id: "E4",
    when: "A",
    title: "no two events of an aggregate have the same sequence",
    sql: `SELECT aggregate_id, seq, array_agg(name) AS events, array_agg(id) AS ids FROM outbox
      GROUP BY aggregate_id, seq HAVING count(*) > 1`,
  },
  {
    id: "E4",
    when: "A",
    title: "no sequence of an aggregate is handled under two ids",
    sql: `SELECT source.value AS source, aggregate_id, seq, array_agg(event_id) AS ids
      FROM inbox JOIN json_each_text($1::json) AS source ON source.key = inbox.name
      WHERE status = 'done' GROUP BY source.value, aggregate_id, seq HAVING count(*) > 1`,
  },
];
