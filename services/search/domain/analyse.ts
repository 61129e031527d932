import type { Texts } from "./entry";
import { compoundsIn, stemOf } from "./words";

export type Weight = "A" | "B" | "C" | "D";

export interface Occurrence {
  readonly position: number;
  readonly weight: Weight;
}

/** The words of a product, ready to be indexed. */
export interface Analysis {
  /** By stem. */
  readonly occurrences: ReadonlyMap<string, readonly Occurrence[]>;
  /** Words, as they are written, of name, brand and categories. */
  readonly titleWords: readonly string[];
  /** Those that stand elsewhere only. */
  readonly otherWords: readonly string[];
  /** The number of words in the name. */
  readonly nameLength: number;
}

/** More would not make a match better, and rows wider. */
const MAX_OCCURRENCES = 12;
/** The highest position that PostgreSQL keeps. */
const MAX_POSITION = 16_383;
/** No phrase reaches from one field into the next. */
const FIELD_GAP = 8;

export function analyse(texts: Texts): Analysis {
  const occurrences = new Map<string, Occurrence[]>();
  const title = new Set<string>();
  const other = new Set<string>();
  let position = 0;

  function note(word: string, at: number, weight: Weight): void {
    (weight === "A" || weight === "B" ? title : other).add(word);
    const stem = stemOf(word);
    const places = occurrences.get(stem) ?? [];
    if (places.length === 0) occurrences.set(stem, places);
    const known = places.some((place) => place.position === at);
    if (places.length < MAX_OCCURRENCES && !known) places.push({ position: at, weight });
  }

  function read(text: string, weight: Weight): number {
    const before = position;
    for (const { parts, joined } of compoundsIn(text)) {
      if (joined !== null) note(joined, Math.min(position + 1, MAX_POSITION), weight);
      for (const part of parts) note(part, Math.min(++position, MAX_POSITION), weight);
    }
    const length = position - before;
    position += FIELD_GAP;
    return length;
  }

  const nameLength = read(texts.name, "A");
  read(texts.kind, "B");
  read(texts.attributes, "C");
  read(texts.description, "D");
  return {
    occurrences,
    titleWords: [...title],
    otherWords: [...other].filter((word) => !title.has(word)),
    nameLength,
  };
}
