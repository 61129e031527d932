import type { SearchResult } from "../../../contracts/search";
import type { Facet } from "./entry";
import { priceBands } from "./price-bands";

/** Products by facet id. */
export type Counts = Map<number, number>;

/** What a facet belongs to, as `category`, or `attribute colour`. */
export const groupOf = ({ kind, name }: Pick<Facet, "kind" | "name">): string =>
  kind === "attribute" ? `${kind} ${name}` : kind;

/** A facet, and what it belongs to: told once, as every search asks it of thousands. */
export interface GroupedFacet extends Facet {
  readonly group: string;
}

/** More values of one facet, or more attributes, than anybody picks from. */
const MAX_VALUES = 100;
const MAX_ATTRIBUTES = 50;

/** Counts ids that stand one behind the other, four bytes each; each stands for `scale` products. */
export function countIds(ids: Buffer, scale = 1): Counts {
  let highest = 0;
  for (let i = 0; i < ids.length; i += 4) highest = Math.max(highest, ids.readUInt32BE(i));
  const table = new Uint32Array(highest + 1);
  for (let i = 0; i < ids.length; i += 4) {
    const id = ids.readUInt32BE(i);
    table[id] = (table[id] ?? 0) + scale;
  }
  const counts: Counts = new Map();
  table.forEach((count, id) => {
    if (count > 0) counts.set(id, count);
  });
  return counts;
}

/**
 * The facets of a result. `counts` are those of the products that pass all filters; `wider` has, for a
 * group that is itself filtered, the counts without that filter: a facet does not narrow itself.
 */
export function toFacets(
  counts: Counts,
  wider: ReadonlyMap<string, Counts>,
  facetOf: (id: number) => GroupedFacet | undefined,
): SearchResult["facets"] {
  const groups = new Map<string, FacetCount[]>();
  const collect = (from: Counts, wanted: (group: string) => boolean): void => {
    for (const [id, count] of from) {
      const facet = facetOf(id);
      if (!facet || !wanted(facet.group)) continue;
      const values = groups.get(facet.group);
      if (values) values.push({ facet, count });
      else groups.set(facet.group, [{ facet, count }]);
    }
  };
  collect(counts, (group) => !wider.has(group));
  for (const [own, all] of wider) collect(all, (group) => group === own);
  return present(groups);
}

interface FacetCount {
  readonly facet: Facet;
  readonly count: number;
}

function present(groups: ReadonlyMap<string, FacetCount[]>): SearchResult["facets"] {
  const attributes = [...groups.values()]
    .flatMap((values) => (values[0]?.facet.kind === "attribute" ? [values] : []))
    .sort((a, b) => totalOf(b) - totalOf(a) || (nameOf(a) < nameOf(b) ? -1 : 1))
    .slice(0, MAX_ATTRIBUTES);
  return {
    categories: mostFrequent(groups.get("category")),
    brands: mostFrequent(groups.get("brand")),
    attributes: Object.fromEntries(
      attributes.map((values) => [nameOf(values), mostFrequent(values)]),
    ),
    price: bandCounts(groups.get("price")),
  };
}

const nameOf = (values: readonly FacetCount[]): string => values[0]?.facet.name ?? "";
const totalOf = (values: readonly FacetCount[]): number =>
  values.reduce((sum, { count }) => sum + count, 0);

const mostFrequent = (values: readonly FacetCount[] = []) =>
  notRarest(values)
    .map(({ facet: { value }, count }) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
    .slice(0, MAX_VALUES);

/** What can be among the most frequent: of thousands, sorting all would take longer than the rest. */
function notRarest(values: readonly FacetCount[]): readonly FacetCount[] {
  if (values.length <= MAX_VALUES) return values;
  const least =
    Uint32Array.from(values, ({ count }) => count)
      .sort()
      .at(-MAX_VALUES) ?? 0;
  return values.filter(({ count }) => count >= least);
}

function bandCounts(values: readonly FacetCount[] = []) {
  const counts = new Map(values.map(({ facet, count }) => [Number(facet.value), count]));
  return priceBands.flatMap((band) => {
    const count = counts.get(band.from);
    return count === undefined ? [] : { ...band, count };
  });
}
