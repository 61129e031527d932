import { humanise } from "./slug";

export interface Category {
  readonly slug: string;
  readonly name: string;
  readonly parent: string | null;
}

/** A category as a product names it. */
export interface CategoryRef {
  readonly slug: string;
  readonly name?: string;
  readonly parent?: string | null;
}

/**
 * The categories to add so that all of `wanted` and their parents exist, parents first. One that
 * exists stays as it is, whatever a product says of it; without a name, the slug becomes the name.
 * A circle of parents is cut where it would close.
 */
export function missingCategories(
  known: readonly Category[],
  wanted: readonly CategoryRef[],
): Category[] {
  const settled = new Set(known.map((category) => category.slug));
  const described = new Map(wanted.map((ref) => [ref.slug, ref]));
  const planting = new Set<string>();
  const missing: Category[] = [];

  function plant({ slug, name, parent = null }: CategoryRef): void {
    if (settled.has(slug)) return;
    planting.add(slug);
    const above = parent !== null && planting.has(parent) ? null : parent;
    if (above !== null) plant(described.get(above) ?? { slug: above });
    planting.delete(slug);
    settled.add(slug);
    missing.push({ slug, name: name ?? humanise(slug), parent: above });
  }

  for (const ref of wanted) plant(ref);
  return missing;
}

/** The slug and those of all categories below it. */
export function subtreeOf(categories: readonly Category[], slug: string): string[] {
  const found = [slug];
  for (const parent of found) {
    found.push(...categories.filter((c) => c.parent === parent).map((c) => c.slug));
  }
  return found;
}

/** So many products that are in exactly these categories. */
export interface Placement {
  readonly categories: readonly string[];
  readonly products: number;
}

/**
 * How many products each category has, its subcategories' included. A product counts once, however
 * many of them it is in.
 */
export function countProducts(
  categories: readonly Category[],
  placements: Iterable<Placement>,
): Map<string, number> {
  const parents = new Map(categories.map(({ slug, parent }) => [slug, parent]));
  const counts = new Map(categories.map(({ slug }) => [slug, 0]));
  for (const placement of placements) {
    const reached = new Set<string>();
    for (const slug of placement.categories) {
      for (let at: string | null | undefined = slug; at && !reached.has(at); at = parents.get(at)) {
        reached.add(at);
      }
    }
    for (const slug of reached) counts.set(slug, (counts.get(slug) ?? 0) + placement.products);
  }
  return counts;
}
