/** A variant as the file describes it. `price.amount` is in minor units; no `quantity`: not tracked. */
export interface ImportedVariant {
  /** As of the product, whose rows it is one of. */
  row: number;
  sku: string;
  name?: string;
  price: { amount: number; currency: string };
  attributes: Record<string, string>;
  quantity?: number;
}

export interface ImportedProduct {
  /** First row of the product, 1-based; the header is row 1, as in a spreadsheet. */
  row: number;
  /** The future slug: `[a-z0-9-]`, at most 100 characters. */
  handle: string;
  name: string;
  /** Plain text with line breaks, no markup. */
  description: string;
  brand: string;
  /** Display names; may be empty. */
  categories: string[];
  attributes: Record<string, string>;
  images: { url: string; alt: string }[];
  variants: ImportedVariant[];
  active: boolean;
  /**
   * Rows of it were bad, so that a product that exists has to keep what no good row names: its
   * variants and pictures, or `all` when the row with its texts may be among them.
   */
  keep?: "parts" | "all";
}

export interface RowError {
  row: number;
  message: string;
}

export type ImportItem =
  { kind: "product"; product: ImportedProduct; lastRow: number } | ({ kind: "error" } & RowError);

/** One value read from text, or what is wrong with the text. */
export type Parsed<T> = { value: T } | { fault: string };

/** What could be used, and what had to be reported on the way. */
export interface Findings<T> {
  value: T;
  errors: RowError[];
}
