import { createHash } from "node:crypto";
import type { Analysis } from "../../domain/analyse";
import type { Entry } from "../../domain/entry";

/** Samples down to one product in 2^this. */
export const SMALLEST_SAMPLE = 14;

// Stems are letters and digits, SKUs have no quote or backslash either: quotes are all it takes.
export const stem = (word: string): string => `'${word}'`;
export const titleStem = (word: string): string => `'=${word}'`;
export const facetTerm = (id: number): string => `'/${id}'`;
export const skuTerm = (sku: string): string => `'@${sku}'`;
export const sampleTerm = (level: number): string => `'#${level}'`;

/** Has any of these facets; there has to be one. */
export const anyFacet = (facets: readonly { readonly id: number }[]): string =>
  `(${facets.map(({ id }) => facetTerm(id)).join(" | ")})`;

/**
 * Samples from these levels down have indexes of their own: in the index of all products, finding a
 * small sample of many matches costs as much as finding them all.
 */
export const INDEXED_SAMPLES = [8, 5, 2] as const;

/** What holds for all products in the index of one sample; a constant, or the planner would not know. */
export const isInSample = (level: number): string => `terms @@ '''#${level}'''::tsquery`;

/** To be added to a condition on `sampleTerm(level)`, for the smallest index that has that sample. */
export function inSampleIndex(level: number): string {
  const indexed = INDEXED_SAMPLES.find((sample) => sample <= level);
  return indexed === undefined ? "true" : isInSample(indexed);
}

/** All terms of a product, as PostgreSQL reads a tsvector. */
export function toTerms(entry: Entry, analysis: Analysis, facetIds: readonly number[]): string {
  const terms: string[] = [];
  for (const [word, places] of analysis.occurrences) {
    const at = places.map(({ position, weight }) => `${position}${weight}`);
    terms.push(`${stem(word)}:${at.join(",")}`);
    if (places.some(({ weight }) => weight === "A" || weight === "B")) terms.push(titleStem(word));
  }
  for (const id of facetIds) terms.push(facetTerm(id));
  for (const sku of entry.skus) terms.push(skuTerm(sku));
  for (let level = 1; level <= sampleLevel(entry.id); level++) terms.push(sampleTerm(level));
  return terms.join(" ");
}

/** The smallest sample that a product is in: by its id, so always the same, and by nothing else. */
function sampleLevel(id: string): number {
  const bits = createHash("sha256").update(id).digest().readUInt32BE(0);
  return Math.min(Math.clz32(bits), SMALLEST_SAMPLE);
}

/** Facet ids as `doc` keeps them: four bytes each, one behind the other. */
export function packIds(ids: readonly number[]): Buffer {
  const packed = Buffer.alloc(ids.length * 4);
  ids.forEach((id, i) => packed.writeUInt32BE(id, i * 4));
  return packed;
}
