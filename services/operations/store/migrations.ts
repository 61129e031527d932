import type { Migration } from "../../../lib/store/migrate";

export const operationsMigrations: readonly Migration[] = [
  {
    name: "0001_reconciliation",
    sql: `
      -- One row: whose turn it is, and what the last run found.
      CREATE TABLE reconciliation (
        one boolean PRIMARY KEY DEFAULT true CHECK (one),
        holder uuid,
        lease_until timestamptz,
        due_at timestamptz NOT NULL DEFAULT now(),
        ran_at timestamptz,
        checked int NOT NULL DEFAULT 0,
        findings json NOT NULL DEFAULT '[]',
        memory json NOT NULL DEFAULT '{"cursors":{},"recoveries":{}}'
      );
      INSERT INTO reconciliation DEFAULT VALUES;
    `,
  },
];
