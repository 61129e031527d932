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
const sampleTerm = (level: number): string => `'#${level}'`;

/** Has any of these facets; there has to be one. */
export const anyFacet = (facets: readonly { readonly id: number }[]): string =>
  `(${facets.map(({ id }) => facetTerm(id)).join(" | ")})`;

/**
 * Samples of these levels have indexes of their own: to find a sample in a larger one costs as much as
 * to find all that is asked for in that.
 */
export const INDEXED_SAMPLES = [8, 7, 6, 5, 4, 3, 2] as const;

/** What holds for all products in the index of one sample; a constant, or the planner would not know. */
export const isInSample = (level: number): string => `terms @@ '''#${level}'''::tsquery`;

/** The smallest index that has this sample. */
const indexOf = (level: number): number | undefined =>
  INDEXED_SAMPLES.find((sample) => sample <= level);

/** The condition by which a sample is found in the smallest index that has it; `sampled` goes with it. */
export function inSampleIndex(level: number): string {
  const indexed = indexOf(level);
  return indexed === undefined ? "true" : isInSample(indexed);
}

/**
 * These terms, and the sample where its index has other products too, or would have to be read from
 * end to end. Level 0 has all products.
 */
export const sampled = (terms: readonly string[], level: number): readonly string[] =>
  level === 0 || (indexOf(level) === level && terms.length > 0)
    ? terms
    : [...terms, sampleTerm(level)];

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
