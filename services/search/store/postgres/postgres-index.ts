import type { Database, Queryable } from "../../../../lib/store/database";
import type { Entry } from "../../domain/entry";
import type { Criteria, Found, Rebuild, SearchIndex, StockOfSku } from "../search-index";
import { lockIndex, write } from "./changes";
import { FacetNames } from "./facet-dictionary";
import { findRelated } from "./find-related";
import { cleanUp, startRebuild } from "./rebuild";
import { LIMITS, type Limits } from "./read-view";
import { searchProducts } from "./search-products";
import { suggestTexts } from "./suggest-texts";

/** The index in PostgreSQL: its own full text, words, counts and samples (ADR 0008). */
export class PostgresIndex implements SearchIndex {
  readonly #database: () => Database;
  readonly #limits: Limits;
  readonly #names = new FacetNames();

  /** `database` is asked for at each use: a service has its index before its connection. */
  constructor(database: () => Database, limits: Limits = LIMITS) {
    this.#database = database;
    this.#limits = limits;
  }

  get #db(): Database {
    return this.#database();
  }

  async put(tx: Queryable, entry: Entry): Promise<void> {
    await write(tx, { kind: "put", entry }, await lockIndex(tx));
  }

  async remove(tx: Queryable, id: string, version: number): Promise<void> {
    await write(tx, { kind: "remove", id, version }, await lockIndex(tx));
  }

  async setStock(tx: Queryable, { sku, available, seq }: StockOfSku): Promise<void> {
    const lock = await lockIndex(tx);
    const changed = await tx.query(
      `INSERT INTO stock AS known (sku, available, seq) VALUES ($1, $2, $3)
       ON CONFLICT (sku) DO UPDATE SET available = EXCLUDED.available, seq = EXCLUDED.seq
         WHERE known.seq < EXCLUDED.seq
       RETURNING sku`,
      [sku, available, seq],
    );
    if (changed.length > 0) await write(tx, { kind: "restock", skus: [sku] }, lock);
  }

  async assumeStock(tx: Queryable, stock: readonly Omit<StockOfSku, "seq">[]): Promise<void> {
    if (stock.length === 0) return;
    const lock = await lockIndex(tx);
    const changed = await tx.query<{ sku: string }>(
      `INSERT INTO stock AS known (sku, available, seq)
       SELECT DISTINCT ON (sku) sku, available, 0
       FROM json_to_recordset($1::json) AS assumed(sku text, available int) ORDER BY sku
       ON CONFLICT (sku) DO UPDATE SET available = EXCLUDED.available
         WHERE known.seq = 0 AND known.available <> EXCLUDED.available
       RETURNING sku`,
      [JSON.stringify(stock)],
    );
    const skus = changed.map(({ sku }) => sku);
    if (skus.length > 0) await write(tx, { kind: "restock", skus }, lock);
  }

  search(criteria: Criteria): Promise<Found> {
    return searchProducts({ db: this.#db, names: this.#names, limits: this.#limits }, criteria);
  }

  suggest(text: string, limit: number): Promise<string[]> {
    return suggestTexts(this.#db, text, limit);
  }

  related(id: string, limit: number): Promise<string[]> {
    return findRelated(this.#db, id, limit);
  }

  async unknownStock(skus: readonly string[]): Promise<string[]> {
    const rows = await this.#db.query<{ sku: string }>(
      `SELECT wanted.sku FROM unnest($1::text[]) AS wanted(sku)
       WHERE NOT EXISTS (SELECT FROM stock s WHERE s.sku = wanted.sku AND s.seq > 0)`,
      [skus],
    );
    return rows.map(({ sku }) => sku);
  }

  startRebuild(): Promise<Rebuild | null> {
    return startRebuild(this.#db);
  }

  clean(): Promise<void> {
    return cleanUp(this.#db);
  }
}
