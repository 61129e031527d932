import type { Queryable } from "../../../../lib/store/database";
import { parseText, type ParsedText } from "../../domain/parse-text";
import { respell } from "../../domain/spelling";
import type { Criteria, Found } from "../search-index";
import { answer, nothing, type Search } from "./answer";
import { anyOf, resolveText, type ResolveOptions } from "./resolve-text";
import { LIVE } from "./tables";
import { skuTerm } from "./terms";
import { toTextQuery, type TextQuery } from "./text-query";

/** Text → words of the index → views of it. */
export async function searchProducts(search: Search, criteria: Criteria): Promise<Found> {
  if (criteria.text.trim() === "") return answer(search, criteria, null);
  const sku = await findSku(search.db, criteria.text.trim());
  if (sku !== null) return answer(search, criteria, skuQuery(sku));
  const parsed = parseText(criteria.text);
  if (parsed.required.length === 0) return nothing();
  const found = await searchText(search, criteria, parsed, "unknown words");
  const mayDoubt = found.total === 0 && parsed.required.length > 1 && !isFiltered(criteria);
  return mayDoubt ? searchText(search, criteria, parsed, "every word") : found;
}

const isFiltered = ({ category, brand, attributes, minPrice, maxPrice, inStock }: Criteria) =>
  [category, brand, attributes, minPrice, maxPrice, inStock].some((filter) => filter !== undefined);

async function searchText(
  search: Search,
  criteria: Criteria,
  parsed: ParsedText,
  doubt: ResolveOptions["doubt"] & string,
): Promise<Found> {
  const { terms, guesses } = await resolveText(search.db, parsed, {
    worthCounting: search.limits.worthCounting,
    doubt,
  });
  const didYouMean = respell(criteria.text, guesses);
  if (terms.some((term) => anyOf(term).length === 0)) return nothing(didYouMean);
  const found = await answer(search, criteria, toTextQuery(terms, parsed));
  return found.total === 0 ? { ...found, didYouMean } : found;
}

/** Letters and a digit, as numbers of articles have; a word is no SKU. */
const LIKE_SKU = /^(?=.*\d)[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$/;

async function findSku(db: Queryable, text: string): Promise<string | null> {
  if (!LIKE_SKU.test(text)) return null;
  const [row] = await db.query<{ sku: string }>(
    `SELECT sku FROM ${LIVE}.sku WHERE sku IN ($1, $2) LIMIT 1`,
    [text, text.toUpperCase()],
  );
  return row?.sku ?? null;
}

function skuQuery(sku: string): TextQuery {
  const term = skuTerm(sku);
  return {
    ...{ required: [{ term, products: 1 }], checks: [], exactTitle: null, title: term, rank: term },
    ...{ length: 1, stems: new Set() },
  };
}
