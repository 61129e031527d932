import type { Product } from "../../contracts/catalog";
import { seededRandom } from "../../lib/faults/random";

const WORDS = 60_000;
const TITLE_WORDS = 6_000;
const CATEGORIES = 300;
const BRANDS = 3_000;
const ATTRIBUTES: Readonly<Record<string, number>> = {
  colour: 24,
  material: 30,
  size: 12,
  origin: 60,
};
const DESCRIPTION_WORDS = 40;

/** Ranks from 0, the first ones most often, as words in texts are. */
function zipf(size: number, random: () => number, exponent = 1): () => number {
  const sums = new Float64Array(size);
  let sum = 0;
  for (let rank = 0; rank < size; rank++) sums[rank] = sum += 1 / (rank + 2.7) ** exponent;
  return () => {
    const wanted = random() * sum;
    let [low, high] = [0, size - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

const ONSETS = "b c d f g h k l m n p r s t v w z br ch cr dr fl gl gr pl sh st tr".split(" ");
const VOWELS = "a e i o u ai ea ou".split(" ");

function inventWords(count: number, random: () => number): string[] {
  const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? "";
  const words = new Set<string>();
  while (words.size < count) {
    const syllables = 2 + Math.floor(random() * 2.5);
    const body = Array.from({ length: syllables }, () => pick(ONSETS) + pick(VOWELS)).join("");
    words.add(body + (random() < 0.5 ? pick(["n", "r", "l", "t", "ck", "m"]) : ""));
  }
  return [...words];
}

/** Products and searches of a shop that does not exist: words, brands and values as uneven as real ones. */
export class InventedCatalogue {
  readonly #random = seededRandom(20_260_101);
  readonly #words = inventWords(WORDS, this.#random);
  readonly #titleRank = zipf(TITLE_WORDS, this.#random);
  readonly #textRank = zipf(WORDS, this.#random);
  readonly #categoryRank = zipf(CATEGORIES, this.#random, 0.8);
  readonly #brandRank = zipf(BRANDS, this.#random);
  readonly #valueRanks = Object.entries(ATTRIBUTES).map(
    ([name, size]) => [name, zipf(size, this.#random, 0.7)] as const,
  );

  readonly #knownIds: readonly string[];

  /** `knownIds`: products that are there already. */
  constructor(knownIds: readonly string[] = []) {
    this.#knownIds = knownIds;
  }

  knownId = (): string => this.#knownIds[this.below(this.#knownIds.length)] ?? "";

  chance(share: number): boolean {
    return this.#random() < share;
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  titleWord = (): string => this.#words[this.#titleRank()] ?? "";
  category = (): string => `category-${this.#categoryRank()}`;
  brand = (): string => `Brand ${this.#words[WORDS - 1 - this.#brandRank()] ?? ""}`;
  attribute(): [name: string, value: string] {
    const [name, rank] = this.#valueRanks[this.below(this.#valueRanks.length)] ?? ["", () => 0];
    return [name, `${name} ${rank()}`];
  }

  product(n: number): Product {
    const at = new Date(Date.UTC(2020, 0, 1) + n * 60_000).toISOString();
    const word = (): string => this.#words[this.#textRank()] ?? "";
    // From 1 to 2,000 of a currency, most of them low.
    const amount = Math.round(100 * 2_000 ** this.#random());
    return {
      id: inventedId(n, this.#random),
      slug: `product-${n}`,
      name: Array.from({ length: 3 + this.below(3) }, this.titleWord).join(" "),
      description: Array.from({ length: DESCRIPTION_WORDS }, word).join(" "),
      brand: this.brand(),
      categories: [...new Set([this.category(), this.category()])],
      attributes: Object.fromEntries(
        this.#valueRanks.map(([name, rank]) => [name, `${name} ${rank()}`]),
      ),
      images: [{ url: `https://example.com/${n}.jpg`, alt: "" }],
      variants: [{ sku: `SKU-${n}`, price: { amount, currency: "EUR" }, attributes: {} }],
      status: "active",
      createdAt: at,
      updatedAt: at,
    };
  }
}

function inventedId(n: number, random: () => number): string {
  const time = (1.6e12 + n).toString(16).padStart(12, "0");
  const digits = (length: number): string =>
    Math.floor(random() * 16 ** length)
      .toString(16)
      .padStart(length, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${digits(3)}-8${digits(3)}-${digits(12)}`;
}
