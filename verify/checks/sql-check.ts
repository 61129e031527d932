import type { Claim, DatabaseName, Limits } from "../check";

/** A claim that one database answers: its statement finds the rows that violate it. */
export interface SqlCheck extends Claim {
  readonly database: DatabaseName;
  readonly sql: string;
  /** What `$1…` are. */
  readonly values?: (limits: Limits) => readonly unknown[];
}
