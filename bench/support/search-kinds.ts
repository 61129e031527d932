import type { Criteria, SearchIndex } from "../../services/search/store/search-index";
import type { InventedCatalogue } from "./invented-catalogue";

/** A search that is made up anew at each call, so that no cache of results has it. */
type Search = (index: SearchIndex, catalogue: InventedCatalogue) => Promise<unknown>;

const find = (index: SearchIndex, criteria: Partial<Criteria>) =>
  index.search({ text: "", sort: "relevance", limit: 20, ...criteria });

/** Words are asked for as often as they occur: the commonest ones, which cost most, most of all. */
export const searchKinds: Readonly<Record<string, Search>> = {
  "one word": (index, { titleWord }) => find(index, { text: titleWord() }),
  "two words": (index, { titleWord }) => find(index, { text: `${titleWord()} ${titleWord()}` }),
  "slip of the pen": (index, catalogue) => find(index, { text: misspelt(catalogue) }),
  "beginning of a word": (index, catalogue) =>
    find(index, { text: catalogue.titleWord().slice(0, 3 + catalogue.below(3)) }),
  "a category": (index, { category }) => find(index, { category: category() }),
  "a word and two filters": (index, catalogue) =>
    find(index, {
      text: catalogue.titleWord(),
      category: catalogue.category(),
      attributes: Object.fromEntries([catalogue.attribute()]),
    }),
  "three attributes, by price": (index, catalogue) =>
    find(index, {
      attributes: Object.fromEntries([1, 2, 3].map(() => catalogue.attribute())),
      inStock: true,
      minPrice: 1_000,
      maxPrice: 20_000,
      sort: "price_asc",
    }),
  "one attribute, by price": (index, catalogue) =>
    find(index, {
      attributes: Object.fromEntries([catalogue.attribute()]),
      inStock: true,
      minPrice: 1_000,
      maxPrice: 20_000,
      sort: "price_asc",
    }),
  everything: (index) => find(index, {}),
  suggestions: (index, catalogue) =>
    index.suggest(catalogue.titleWord().slice(0, 2 + catalogue.below(5)), 10),
  "related products": (index, catalogue) => index.related(catalogue.knownId(), 4),
};

/** Two neighbours of a long word swapped. */
function misspelt(catalogue: InventedCatalogue): string {
  const word = catalogue.titleWord();
  if (word.length < 6) return misspelt(catalogue);
  const at = 1 + catalogue.below(word.length - 3);
  return word.slice(0, at) + word.charAt(at + 1) + word.charAt(at) + word.slice(at + 2);
}
