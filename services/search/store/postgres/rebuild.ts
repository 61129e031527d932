import { fail } from "../../../../contracts/errors";
import { newId } from "../../../../lib/ids";
import type { Database, Queryable } from "../../../../lib/store/database";
import type { Entry } from "../../domain/entry";
import type { Rebuild, Removed } from "../search-index";
import { finishLoad, KnownFacets, loadProducts } from "./bulk-load";
import { catchUp, lockIndex } from "./changes";
import { CREATE_CHANGES, createTables, LIVE, NEXT, OLD } from "./tables";

const HEARTBEAT_MS = 10_000;

/** Claims the one rebuild at a time and makes its empty tables; null while another one lives. */
export async function startRebuild(db: Database): Promise<Rebuild | null> {
  const id = newId();
  const isOurs = await db.transaction(async (tx) => {
    if ((await lockIndex(tx)).rebuilding) return false;
    await dropLeftovers(tx);
    for (const statement of [`CREATE SCHEMA ${NEXT}`, ...createTables(NEXT), CREATE_CHANGES]) {
      await tx.query(statement);
    }
    await tx.query("UPDATE index_state SET rebuild_id = $1, rebuild_seen_at = clock_timestamp()", [
      id,
    ]);
    return true;
  });
  return isOurs ? new PostgresRebuild(db, id) : null;
}

/** Removes the tables of a rebuild that died, and those that one replaced. */
export const cleanUp = (db: Database): Promise<void> =>
  db.transaction(async (tx) => {
    if (!(await lockIndex(tx)).rebuilding) await dropLeftovers(tx);
  });

async function dropLeftovers(tx: Queryable): Promise<void> {
  await tx.query(`DROP SCHEMA IF EXISTS ${NEXT} CASCADE`);
  await tx.query(`DROP SCHEMA IF EXISTS ${OLD} CASCADE`);
}

class PostgresRebuild implements Rebuild {
  readonly #db: Database;
  readonly #id: string;
  readonly #facets = new KnownFacets();
  readonly #heartbeat: NodeJS.Timeout;

  constructor(db: Database, id: string) {
    this.#db = db;
    this.#id = id;
    // One that fails changes nothing: the next step finds out what is the matter.
    const beat = (): void => void this.#assertAlive(db).catch(() => undefined);
    this.#heartbeat = setInterval(beat, HEARTBEAT_MS);
    this.#heartbeat.unref();
  }

  async add(products: readonly (Entry | Removed)[]): Promise<void> {
    await this.#assertAlive(this.#db);
    await loadProducts(this.#db, this.#facets, products);
  }

  async finish(): Promise<void> {
    await finishLoad(this.#db);
    // Most of what happened meanwhile, while writers go on; the rest with all of them held.
    while (await this.#db.transaction(catchUp)) await this.#assertAlive(this.#db);
    await this.#db.transaction(async (tx) => {
      await lockIndex(tx);
      await this.#assertAlive(tx);
      while (await catchUp(tx));
      await tx.query(`ALTER SCHEMA ${LIVE} RENAME TO ${OLD}`);
      await tx.query(`DROP TABLE ${NEXT}.change`);
      await tx.query(`ALTER SCHEMA ${NEXT} RENAME TO ${LIVE}`);
      await tx.query("UPDATE index_state SET rebuild_id = NULL");
    });
    clearInterval(this.#heartbeat);
    await this.#db.unhurried(`DROP SCHEMA IF EXISTS ${OLD} CASCADE`);
  }

  async abandon(): Promise<void> {
    clearInterval(this.#heartbeat);
    await this.#db.transaction(async (tx) => {
      await lockIndex(tx);
      const rows = await tx.query(
        "UPDATE index_state SET rebuild_id = NULL WHERE rebuild_id = $1 RETURNING 1 AS ours",
        [this.#id],
      );
      if (rows.length > 0) await dropLeftovers(tx);
    });
  }

  /** Also tells the others that it is. */
  async #assertAlive(db: Queryable): Promise<void> {
    const rows = await db.query(
      "UPDATE index_state SET rebuild_seen_at = clock_timestamp() WHERE rebuild_id = $1 RETURNING 1 AS ours",
      [this.#id],
    );
    if (rows.length === 0) throw fail("CONFLICT", "this rebuild was given up for dead");
  }
}
