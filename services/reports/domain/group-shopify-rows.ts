import type { ShopifyGroup } from "./build-imported-product";
import type { RowError } from "./imported-product";
import { quoted } from "./plain-text";
import type { ShopifyRow } from "./read-shopify-row";
import { hash53 } from "./short-hash";
import { toSlug } from "./slug";

/** What adding a row led to: a group that is complete, or a row that belongs to none. */
export interface Grouped {
  complete?: ShopifyGroup;
  error?: RowError;
}

/**
 * Groups consecutive rows of one handle, holding one group at a time. Of handles that are done it
 * keeps a number each, so a handle that comes back is known without keeping the products.
 */
export class ShopifyGrouping {
  readonly #firstRows = new Map<number, number>();
  #open: ShopifyGroup | undefined;

  constructor(readonly maxRowsPerHandle: number) {}

  add(row: ShopifyRow): Grouped {
    if (this.#open !== undefined && sameHandle(this.#open.handle, row.handle)) {
      return this.#extend(this.#open, row);
    }
    const complete = this.close();
    const slug = toSlug(row.handle, "product");
    const first = this.#firstRows.get(hash53(slug));
    if (first !== undefined) return { ...complete, error: repeated(row, slug, first) };
    this.#firstRows.set(hash53(slug), row.row);
    this.#open = emptyGroup(row, slug);
    return { ...complete, ...this.#extend(this.#open, row) };
  }

  /** The open group, if any, which takes no more rows. */
  close(): Grouped {
    const complete = this.#open;
    this.#open = undefined;
    return complete === undefined ? {} : { complete };
  }

  #extend(group: ShopifyGroup, { row, product, variant, image }: ShopifyRow): Grouped {
    if (group.rowCount >= this.maxRowsPerHandle) {
      const message = `is a row too many; a product has at most ${this.maxRowsPerHandle}`;
      return { error: { row, message } };
    }
    group.rowCount += 1;
    group.lastRow = row;
    group.head ??= product;
    if (variant !== undefined) group.variants.push(variant);
    if (image !== undefined) group.images.push(image);
    if (product ?? variant ?? image) return {};
    return { error: { row, message: "describes neither a product, a variant nor an image" } };
  }
}

const sameHandle = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

const emptyGroup = ({ row, handle }: ShopifyRow, slug: string): ShopifyGroup => ({
  handle,
  slug,
  firstRow: row,
  lastRow: row,
  rowCount: 0,
  head: undefined,
  variants: [],
  images: [],
});

function repeated({ row, handle }: ShopifyRow, slug: string, first: number): RowError {
  const message = `the handle ${quoted(handle)} (slug ${slug}) was already used on row ${first}; the rows of a product must follow each other`;
  return { row, message };
}
