import type { SearchResult } from "../../../contracts/search";
import type { Queryable } from "../../../lib/store/database";
import type { Card, Entry } from "../domain/entry";
import type { PageKey, Sort } from "../domain/page-key";

/** What a shopper asks for. Prices are minor units, both ends included. */
export interface Criteria {
  /** As typed; blank: everything. */
  readonly text: string;
  readonly category?: string | undefined;
  readonly brand?: string | undefined;
  readonly attributes?: Readonly<Record<string, string>> | undefined;
  readonly minPrice?: number | undefined;
  readonly maxPrice?: number | undefined;
  readonly inStock?: boolean | undefined;
  readonly sort: Sort;
  readonly limit: number;
  /** The place of the last result that was seen. */
  readonly after?: PageKey | undefined;
}

export interface Hit {
  readonly id: string;
  readonly card: Card;
  /** HTML, with `<mark>` around what matches. */
  readonly highlight?: string | undefined;
}

export interface Found {
  readonly hits: readonly Hit[];
  /** The place of the last hit, when there are more. */
  readonly next: PageKey | null;
  readonly total: number;
  readonly facets: SearchResult["facets"];
  /** Whether `total` and counts are estimates, as they are of more matches than are worth counting. */
  readonly estimated: boolean;
  readonly didYouMean: string | null;
}

export interface StockOfSku {
  readonly sku: string;
  readonly available: number;
  /** Counts up with each change of this SKU. */
  readonly seq: number;
}

/**
 * The reader's side of the catalogue. Writes join the transaction of whoever heard the event, so that
 * a search sees them from its commit on. They can come late, twice and in any order: versions decide.
 */
export interface SearchIndex {
  /** Indexes a product that is on sale, unless a newer version is known. */
  put(tx: Queryable, entry: Entry): Promise<void>;
  /** Takes a product out for good, up to `version`. */
  remove(tx: Queryable, id: string, version: number): Promise<void>;
  /** Notes the stock of a SKU, which need not belong to a known product. */
  setStock(tx: Queryable, stock: StockOfSku): Promise<void>;
  /** Notes what SKUs have as long as no change of theirs was told; one of which was keeps what it has. */
  assumeStock(tx: Queryable, stock: readonly Omit<StockOfSku, "seq">[]): Promise<void>;

  search(criteria: Criteria): Promise<Found>;
  /** What the text may become: names, brands, categories and words, each once. */
  suggest(text: string, limit: number): Promise<string[]>;
  /** Products like this one, the most alike first; none for an unknown one. */
  related(id: string, limit: number): Promise<string[]>;

  /** Of these, the SKUs of whose stock no change was told. */
  unknownStock(skus: readonly string[]): Promise<string[]>;
  /**
   * Begins to build the index anew beside this one. Whatever is written meanwhile is in both. Null
   * when another node is at it.
   */
  startRebuild(): Promise<Rebuild | null>;
  /** Clears away what a rebuild left that died. */
  clean(): Promise<void>;
}

/** Each step throws `CONFLICT` once this rebuild was given up for dead. */
export interface Rebuild {
  /** Each product once, in any order. */
  add(products: readonly (Entry | Removed)[]): Promise<void>;
  /** Makes this the index that is searched, at once and for everybody. */
  finish(): Promise<void>;
  /** Leaves the index that is searched as it is. */
  abandon(): Promise<void>;
}

export interface Removed {
  readonly id: string;
  readonly version: number;
  readonly removed: true;
}
