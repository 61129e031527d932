import type { ImportedProduct, RowError } from "./imported-product";
import { quoted, UNDECODABLE } from "./plain-text";
import { hash53 } from "./short-hash";
import { toSlug } from "./slug";

/** Consecutive rows of one handle. */
export interface RowGroup {
  handle: string;
  slug: string;
  firstRow: number;
  lastRow: number;
  rowCount: number;
  /** Rows of it, or rows that may be of it, could not be used. */
  hasGaps: boolean;
  /** One of them stands before all others. */
  isHeadLost: boolean;
}

/** What a product that exists has to keep when `isPartial`, or when rows are lost. */
export const keepOf = (
  { hasGaps, isHeadLost }: RowGroup,
  isPartial: boolean,
): Pick<ImportedProduct, "keep"> => {
  if (isHeadLost) return { keep: "all" };
  return hasGaps || isPartial ? { keep: "parts" } : {};
};

/** What adding a row led to: a group that is complete, or a row that belongs to none. */
export interface Grouped<Group extends RowGroup> {
  complete?: Group;
  error?: RowError;
}

export interface GroupingRules<Row, Group extends RowGroup> {
  readonly maxRowsPerHandle: number;
  /** Hashes of the slugs whose rows do not follow each other. */
  readonly scattered: ReadonlySet<number>;
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
  /** The handle of the last row, if that could not be used; empty when it is unknown. */
  #lost: string | undefined;

  constructor(readonly rules: GroupingRules<Row, Group>) {}

  add(row: Row): Grouped<Group> {
    const lost = this.#lost;
    this.#lost = undefined;
    if (this.#open !== undefined && sameHandle(this.#open.handle, row.handle)) {
      this.#open.hasGaps ||= lost !== undefined;
      return this.#extend(this.#open, row);
    }
    const complete = this.close();
    const { handle } = row;
    const slug = toSlug(handle, "product");
    const key = hash53(slug);
    const first = this.#firstRows.get(key);
    if (first !== undefined) return { ...complete, error: this.#repeated(row, slug, first) };
    this.#firstRows.set(key, row.row);
    const span = { firstRow: row.row, lastRow: row.row, rowCount: 0 };
    const isHeadLost = lost !== undefined && sameHandle(lost, handle);
    const hasGaps = isHeadLost || lost === "" || this.rules.scattered.has(key);
    this.#open = this.rules.begin({ handle, slug, ...span, hasGaps, isHeadLost });
    return { ...complete, ...this.#extend(this.#open, row) };
  }

  /** A row that cannot be used, with what stands in the place of its handle. */
  lose(handle: string): void {
    const isUnknown = handle === "" || handle.includes(UNDECODABLE);
    const open = this.#open;
    if (open && (isUnknown || sameHandle(open.handle, handle))) open.hasGaps = true;
    this.#lost = isUnknown ? "" : handle;
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
      group.hasGaps = true;
      const message = `is a row too many; a product has at most ${maxRowsPerHandle}`;
      return { error: { row: row.row, message } };
    }
    group.rowCount += 1;
    group.lastRow = row.row;
    const fault = take(group, row);
    if (fault === undefined) return {};
    group.hasGaps = true;
    return { error: { row: row.row, message: fault } };
  }

  #repeated({ row, handle }: Row, slug: string, first: number): RowError {
    const message = `the ${this.rules.noun} ${quoted(handle)} (slug ${slug}) was already used on row ${first}; the rows of a product must follow each other`;
    return { row, message };
  }
}

/** Finds the handles whose rows do not follow each other, as hashes of their slugs. */
export class ScatteredHandles {
  readonly found = new Set<number>();
  readonly #seen = new Set<number>();
  #last = "";

  take(handle: string): void {
    if (handle === "" || sameHandle(handle, this.#last)) return;
    this.#last = handle;
    const key = hash53(toSlug(handle, "product"));
    if (this.#seen.has(key)) this.found.add(key);
    else this.#seen.add(key);
  }
}

const sameHandle = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
