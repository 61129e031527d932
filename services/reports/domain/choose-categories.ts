import type { Findings, RowError } from "./imported-product";
import { oneLine, tooLong } from "./plain-text";
import type { ProductCells } from "./read-shopify-row";
import { toSlug } from "./slug";

const NAME_LIMIT = 120;
const CATEGORY_LIMIT = 20;
const TAGS_LIMIT = 255;

/**
 * Type, else the standard category, else each tag. Shops that fill in Type mean it as the one
 * department ("Bracelet", "Necklace") and use tags for what a thing is made of ("Gold, Leather"):
 * as categories these would bury it. Shops without Type sort by tags ("men", "women"). Between the
 * two, a category picked from Shopify's or Google's list says more than free tags ("new, sale").
 */
export function chooseCategories(cells: ProductCells): Findings<string[]> {
  const names = categoryNames(cells);
  const errors: RowError[] = [];
  const kept = names.filter((name) => {
    const fault = tooLong("a category", name, NAME_LIMIT);
    if (fault !== undefined) errors.push({ row: cells.row, message: `${fault}; left out` });
    return fault === undefined;
  });
  if (kept.length > CATEGORY_LIMIT) {
    const message = `${kept.length} tags as categories; the first ${CATEGORY_LIMIT} were used`;
    errors.push({ row: cells.row, message });
  }
  return { value: kept.slice(0, CATEGORY_LIMIT), errors };
}

/** Tags that did not become categories, as one attribute: whole ones, as many as it can hold. */
export function tagsAttribute(cells: ProductCells): Findings<Record<string, string>> {
  const tags = splitTags(cells.tags);
  const isUsed = cells.type === "" && standardName(cells) === "";
  if (tags.length === 0 || isUsed) return { value: {}, errors: [] };
  const all = tags.join(", ");
  const fault = tooLong("Tags", all, TAGS_LIMIT);
  if (fault === undefined) return { value: { tags: all }, errors: [] };
  // One character more, so that a tag that ends at the limit counts as whole.
  const kept = all.slice(0, TAGS_LIMIT + 1).replace(/,[^,]*$|^[^,]*$/, "");
  const errors = [{ row: cells.row, message: `${fault}; the last ones are left out` }];
  return { value: kept === "" ? {} : { tags: kept }, errors };
}

function categoryNames(cells: ProductCells): string[] {
  const name = cells.type || standardName(cells);
  return name === "" ? splitTags(cells.tags) : [name];
}

/** The last step of "Apparel & Accessories > Clothing > Shirts"; Google's bare numbers say nothing. */
function standardName({ standardCategory }: ProductCells): string {
  const last = standardCategory.split(">").at(-1)?.trim() ?? "";
  return /^\d*$/.test(last) ? "" : last;
}

/** Tags without blanks, and without those that would be one category under two spellings. */
function splitTags(text: string): string[] {
  const bySlug = new Map<string, string>();
  for (const tag of text.split(",").map(oneLine)) {
    const slug = toSlug(tag, "category");
    if (tag !== "" && !bySlug.has(slug)) bySlug.set(slug, tag);
  }
  return [...bySlug.values()];
}
