import type { Queryable } from "../store/database";

/** Writes rows of one kind in one statement. */
export type WriteTogether<Row> = (tx: Queryable, rows: readonly Row[]) => Promise<void>;

/** Rows that are written together, since nothing else of their transaction comes between them. */
export class Gathered {
  readonly #tx: Queryable;
  #write: WriteTogether<never> | undefined;
  #rows: unknown[] = [];

  constructor(tx: Queryable) {
    this.#tx = tx;
  }

  /** Those of another kind that came before are written first. */
  async add<Row>(write: WriteTogether<Row>, row: Row): Promise<void> {
    if (this.#write !== write) await this.flush();
    this.#write = write;
    this.#rows.push(row);
  }

  async flush(): Promise<void> {
    const [write, rows] = [this.#write, this.#rows];
    this.#write = undefined;
    this.#rows = [];
    await write?.(this.#tx, rows as never[]); // as many as were added with this `write`
  }
}
