import type { RowError } from "./imported-product";
import { quoted } from "./plain-text";
import { hash53 } from "./short-hash";
import { toSlug } from "./slug";

/** Consecutive rows of one handle. */
export interface RowGroup {
  handle: string;
  slug: string;
  firstRow: number;
  lastRow: number;
  rowCount: number;
}

/** What adding a row led to: a group that is complete, or a row that belongs to none. */
export interface Grouped<Group extends RowGroup> {
  complete?: Group;
  error?: RowError;
}

export interface GroupingRules<Row, Group extends RowGroup> {
  readonly maxRowsPerHandle: number;
  /** What a file calls the name of a product: `handle`. */
  readonly noun: string;
  readonly begin: (group: RowGroup) => Group;
  /** Takes a row in, or says why it says nothing. */
  readonly take: (group: Group, row: Row) => string | undefined;
}

/**
 * Groups consecutive rows of one handle, holding one group at a time. Of handles that are done it
 * keeps a number each, so a handle that comes back is known without keeping the products.
 */
export class RowGrouping<
  Row extends { readonly row: number; readonly handle: string },
  Group extends RowGroup,
> {
  readonly #firstRows = new Map<number, number>();
  #open: Group | undefined;

  constructor(readonly rules: GroupingRules<Row, Group>) {}

  add(row: Row): Grouped<Group> {
    if (this.#open !== undefined && sameHandle(this.#open.handle, row.handle)) {
      return this.#extend(this.#open, row);
    }
    const complete = this.close();
    const { handle } = row;
    const slug = toSlug(handle, "product");
    const first = this.#firstRows.get(hash53(slug));
    if (first !== undefined) return { ...complete, error: this.#repeated(row, slug, first) };
    this.#firstRows.set(hash53(slug), row.row);
    const span = { firstRow: row.row, lastRow: row.row, rowCount: 0 };
    this.#open = this.rules.begin({ handle, slug, ...span });
    return { ...complete, ...this.#extend(this.#open, row) };
  }

  /** The open group, if any, which takes no more rows. */
  close(): Grouped<Group> {
    const complete = this.#open;
    this.#open = undefined;
    return complete === undefined ? {} : { complete };
  }

  #extend(group: Group, row: Row): Grouped<Group> {
    const { maxRowsPerHandle, take } = this.rules;
    if (group.rowCount >= maxRowsPerHandle) {
      const message = `is a row too many; a product has at most ${maxRowsPerHandle}`;
      return { error: { row: row.row, message } };
    }
    group.rowCount += 1;
    group.lastRow = row.row;
    const fault = take(group, row);
    return fault === undefined ? {} : { error: { row: row.row, message: fault } };
  }

  #repeated({ row, handle }: Row, slug: string, first: number): RowError {
    const message = `the ${this.rules.noun} ${quoted(handle)} (slug ${slug}) was already used on row ${first}; the rows of a product must follow each other`;
    return { row, message };
  }
}

const sameHandle = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
