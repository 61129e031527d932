import { cursorReader } from "../../contracts/cursor";
import { invalidField } from "../../contracts/errors";
import type { search, SearchHit, SearchResult } from "../../contracts/search";
import type { ParamsOf } from "../../lib/mesh/types";
import { encodeCursor } from "../../lib/store/cursor";
import { isKeyOf, PageKey, type Sort } from "./domain/page-key";
import type { Hit, SearchIndex } from "./store/search-index";

type Query = ParamsOf<(typeof search)["actions"]["query"]>;

const readCursor = cursorReader(PageKey);

/** A page of what a shopper looks for, with the counts to narrow it by. */
export async function runSearch(
  index: SearchIndex,
  { q = "", cursor, limit = 20, sort = "relevance", ...filters }: Query,
): Promise<SearchResult> {
  const after = keyFrom(cursor, sort);
  const found = await index.search({ ...filters, text: q, sort, limit, after });
  return {
    items: found.hits.map(toItem),
    total: found.total,
    facets: found.facets,
    ...(found.estimated ? { estimated: true as const } : {}),
    didYouMean: found.didYouMean,
    nextCursor: found.next && encodeCursor(found.next),
  };
}

function keyFrom(cursor: string | undefined, sort: Sort): PageKey | undefined {
  const key = readCursor(cursor);
  if (key && !isKeyOf(key, sort)) throw invalidField("/cursor", "is not a cursor of this list");
  return key;
}

const toItem = ({ id, card, highlight }: Hit): SearchHit => {
  const { description: _, ...shown } = card;
  return { productId: id, ...shown, ...(highlight === undefined ? {} : { highlight }) };
};
