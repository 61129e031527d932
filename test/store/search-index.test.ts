import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Product } from "../../contracts/catalog";
import { toEntry } from "../../services/search/domain/entry";
import type { PageKey } from "../../services/search/domain/page-key";
import type { Criteria, Found } from "../../services/search/store/search-index";
import { searchByHand } from "../support/brute-force-search";
import { aProduct, aVariant } from "../support/products";
import { noRealCatalogue, realCatalogue, type Stocked } from "../support/real-catalogue";
import { look, putAll, searchIndexes, type OpenIndex } from "../support/search-index";

/** The same numbers in every run: a failure can be looked at again. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

const idsOf = ({ hits }: Found): string[] => hits.map(({ id }) => id);
const namesOf = ({ hits }: Found): string[] => hits.map(({ card }) => card.name);

/** All pages of a list, and where each began. */
async function allPages(open: OpenIndex, criteria: Partial<Criteria>): Promise<string[][]> {
  const pages: string[][] = [];
  for (let after: PageKey | undefined; ;) {
    const found = await look(open, { ...criteria, after });
    pages.push(idsOf(found));
    if (!found.next) return pages;
    after = found.next;
  }
}

describe.each(searchIndexes)("an index in $name", ({ open }) => {
  describe.skipIf(noRealCatalogue)("of real catalogues", () => {
    let index: OpenIndex;
    let all: Stocked[];

    beforeAll(async () => {
      index = await open();
      all = await realCatalogue();
      await putAll(index, all);
    });
    afterAll(() => index.close());

    const named = (name: string): string => {
      const found = all.find(({ product }) => product.name === name);
      if (!found) throw new Error(`there is no ${name}`);
      return found.product.id;
    };

    test("knows every product", async () => {
      expect(all.length).toBeGreaterThan(230);
      expect((await look(index)).total).toBe(all.length);
    });

    test("finds each product by its name, first or among those of the same name", async () => {
      for (const { product } of all) {
        const found = await look(index, { text: product.name });
        const first = namesOf(found).slice(0, 5);
        expect(first, product.name).toContain(product.name);
        expect(idsOf(await look(index, { text: product.name, limit: 100 }))).toContain(product.id);
      }
    });

    test("finds each product by its name with any two letters swapped, or one left out, in a long word", async () => {
      const roll = dice(7);
      for (const { product } of all) {
        const words = product.name.split(/[^\p{L}]+/u).filter((word) => word.length >= 5);
        const word = words[roll(words.length)];
        if (!word) continue;
        const at = 1 + roll(word.length - 2);
        const swapped =
          word.slice(0, at) + word.charAt(at + 1) + word.charAt(at) + word.slice(at + 2);
        const shortened = word.slice(0, at) + word.slice(at + 1);
        for (const typo of [swapped, shortened]) {
          const text = product.name.replace(word, typo);
          const found = await look(index, { text, limit: 100 });
          expect(idsOf(found), text).toContain(product.id);
        }
      }
    });

    test("finds each product by the beginning of its name", async () => {
      for (const { product } of all) {
        // Three letters of the last word: of fewer, only the most common words are guessed.
        const text = /^.*?\S{3}(?=\S*$)/.exec(product.name)?.[0] ?? product.name;
        expect(idsOf(await look(index, { text, limit: 100 })), text).toContain(product.id);
      }
    });

    test("finds exactly the products that have a word, or one that begins so", async () => {
      const words = (text: string): string[] =>
        text
          .toLowerCase()
          .normalize("NFD")
          .replace(/\p{M}/gu, "")
          .split(/[^\p{L}\p{N}]+/u);
      const textOf = ({ product: p }: Stocked): string =>
        [p.name, p.brand, ...p.categories, p.description]
          .concat(Object.values(p.attributes))
          .concat(p.variants.flatMap((variant) => Object.values(variant.attributes)))
          .join(" ");
      for (const text of ["mascara", "rolex", "turquoi", "lifetime", "dress", "sterl", "14k"]) {
        const expected = all
          .filter((one) => words(textOf(one)).some((word) => word.startsWith(text)))
          .map(({ product }) => product.id);
        const found = await look(index, { text, limit: 100 });
        expect(idsOf(found).sort(), text).toEqual(expected.sort());
        expect(found.total).toBe(expected.length);
      }
    });

    test("finds singular and plural alike, and words with and without accents and joints", async () => {
      const same = async (...texts: string[]) => {
        const [first, ...others] = await Promise.all(
          texts.map(async (text) => idsOf(await look(index, { text, limit: 100 })).sort()),
        );
        expect(first?.length, texts[0]).toBeGreaterThan(0);
        for (const other of others) expect(other, texts.join()).toEqual(first);
      };
      await same("watch", "watches", "WATCHES");
      await same("necklace", "necklaces", "Nécklâce");
      await same("strawberry", "strawberries");
      await same("j'adore", "jadore", "J’ADORE");
    });

    test("has what the whole text names before what only mentions it", async () => {
      expect(namesOf(await look(index, { text: "apple" }))[0]).toBe("Apple");
      expect(namesOf(await look(index, { text: "water" }))[0]).toBe("Water");
      expect(namesOf(await look(index, { text: "lamp" }))[0]).toBe("Table Lamp");
    });

    test("takes a phrase at its word, leaves out what is excluded, and either of two choices", async () => {
      const leather = await look(index, { text: "leather", limit: 100 });
      const jacket = await look(index, { text: '"leather jacket"' });
      const others = await look(index, { text: "leather -jacket", limit: 100 });
      expect(namesOf(jacket)).toContain("Classic Leather Jacket");
      expect(jacket.total).toBeLessThan(leather.total);
      expect(namesOf(others)).not.toContain("Classic Leather Jacket");
      expect((await look(index, { text: '"jacket leather"' })).total).toBe(0);
      const either = await look(index, { text: "lipstick OR mascara", limit: 100 });
      expect(idsOf(either)).toEqual(
        expect.arrayContaining([named("Red Lipstick"), named("Essence Mascara Lash Princess")]),
      );
    });

    test("finds a product by its SKU", async () => {
      expect(namesOf(await look(index, { text: "BEA-ESS-ESS-001" }))).toEqual([
        "Essence Mascara Lash Princess",
      ]);
      expect((await look(index, { text: "bea-ess-ess-001" })).total).toBe(1);
    });

    test("filters by category, brand, attribute, price and stock", async () => {
      expect((await look(index, { category: "laptops" })).total).toBe(5);
      expect((await look(index, { brand: "Rolex" })).total).toBe(6);
      const purple = await look(index, { attributes: { colour: "Purple" } });
      expect(namesOf(purple)).toContain("Gemstone Necklace");
      const cheap = await look(index, { minPrice: 100, maxPrice: 199, limit: 100 });
      expect(cheap.hits.length).toBeGreaterThan(0);
      for (const { card } of cheap.hits) {
        expect(card.price.amount).toBeGreaterThanOrEqual(100);
        expect(card.price.amount).toBeLessThanOrEqual(199);
      }
    });

    test("counts facets as looking at every product does, whatever is filtered", async () => {
      const roll = dice(42);
      for (let round = 0; round < 250; round++) {
        const filters = randomFilters(roll, all);
        const expected = searchByHand(all, filters);
        const found = await look(index, { ...filters, limit: 100 });
        const what = JSON.stringify(filters);
        expect(found.facets, what).toEqual(expected.facets);
        expect(found.total, what).toBe(expected.ids.length);
        expect(found.estimated).toBe(false);
        if (found.total > 100) continue;
        expect(idsOf(found).sort(), what).toEqual([...expected.ids].sort());
      }
    });

    test("counts facets of a text as looking at everything it finds does", async () => {
      const roll = dice(43);
      const texts = ["leather", "watch", "gold", "shirt women", "premium design", "c", "aple"];
      for (const text of texts) {
        const matches = new Set((await allPages(index, { text, limit: 100 })).flat());
        const some = all.filter(({ product }) => matches.has(product.id));
        for (let round = 0; round < 15; round++) {
          const filters = randomFilters(roll, some);
          const expected = searchByHand(some, filters);
          const found = await look(index, { text, ...filters, limit: 100 });
          expect(found.facets, `${text} ${JSON.stringify(filters)}`).toEqual(expected.facets);
          expect(found.total).toBe(expected.ids.length);
          if (found.total > 100) continue;
          expect(idsOf(found).sort()).toEqual([...expected.ids].sort());
        }
      }
    });

    test.each(["relevance", "newest", "price_asc", "price_desc"] as const)(
      "pages by %s cover everything once, also while products come in",
      async (sort) => {
        for (const criteria of [{ text: "" }, { text: "the" }, { text: "a", inStock: true }]) {
          const pages = await allPages(index, { ...criteria, sort, limit: 7 });
          const ids = pages.flat();
          expect(new Set(ids).size).toBe(ids.length);
          expect(ids.length).toBe((await look(index, criteria)).total);
          expect(pages.slice(0, -1).every((page) => page.length === 7)).toBe(true);
        }
      },
    );

    test("sorts by relevance alike in pages of any size", async () => {
      for (const text of ["leather", "red", "watch", "gold ring"]) {
        const whole = (await allPages(index, { text, limit: 100 })).flat();
        for (const limit of [1, 4, 9]) {
          const pages = (await allPages(index, { text, limit })).flat();
          expect(pages, `${text} by ${limit}`).toEqual(whole);
        }
      }
    });

    test("sorts by price and by age", async () => {
      const amounts = ({ hits }: Found) => hits.map(({ card }) => card.price.amount);
      const rising = amounts(await look(index, { sort: "price_asc", limit: 100 }));
      expect(rising).toEqual([...rising].sort((a, b) => a - b));
      const falling = amounts(await look(index, { text: "watch", sort: "price_desc", limit: 100 }));
      expect(falling).toEqual([...falling].sort((a, b) => b - a));
      const newest = idsOf(await look(index, { sort: "newest", limit: 100 }));
      expect(newest).toEqual(
        all
          .map(({ product }) => product.id)
          .reverse()
          .slice(0, 100),
      );
    });

    test("marks what matches, and nothing that a merchant writes becomes markup", async () => {
      const [hit] = (await look(index, { text: "blue black check" })).hits;
      expect(hit?.highlight).toBe(
        "<mark>Blue</mark> &amp; <mark>Black</mark> <mark>Check</mark> Shirt",
      );
      const [watch] = (await look(index, { text: "craftsmanship" })).hits;
      expect(watch?.highlight).toContain("<mark>craftsmanship</mark>");
    });

    test("suggests words, brands, categories and names, each once and at most ten", async () => {
      const kinds = await index.index.suggest("masc", 10);
      expect(kinds).toContain("mascara");
      expect(kinds).toContain("Essence Mascara Lash Princess");
      expect(await index.index.suggest("calvin", 10)).toContain("Calvin Klein");
      expect(await index.index.suggest("kitchen a", 10)).toContain("kitchen accessories");
      expect(await index.index.suggest("red lips", 10)).toContain("red lipstick");
      expect(await index.index.suggest("lipstik", 10)).toContain("lipstick");
      for (const text of ["a", "w", "s", "le"]) {
        const found = (await index.index.suggest(text, 10)).map((s) => s.toLowerCase());
        expect(found.length).toBeLessThanOrEqual(10);
        expect(new Set(found).size).toBe(found.length);
      }
      expect(await index.index.suggest("%_\\ 🙂", 10)).toEqual([]);
    });

    test("offers the nearest spelling when nothing is found", async () => {
      expect(await look(index, { text: "xqzt lamp" })).toMatchObject({
        total: 0,
        hits: [],
        didYouMean: "lamp",
      });
      const found = await look(index, { text: "mascara" });
      expect(found).toMatchObject({ total: 1, didYouMean: null });
      expect(await look(index, { text: "zzzzzzzz" })).toMatchObject({ total: 0, didYouMean: null });
    });

    test("knows what is alike", async () => {
      const related = await index.index.related(named("Rolex Submariner Watch"), 5);
      const names = all.filter(({ product }) => related.includes(product.id));
      expect(names.map(({ product }) => product.brand)).toEqual(
        expect.arrayContaining(["Rolex", "Rolex", "Rolex"]),
      );
      expect(related).not.toContain(named("Rolex Submariner Watch"));
      expect(await index.index.related("0190aaaa-0000-7000-8000-000000000001", 5)).toEqual([]);
    });

    test.each([
      ...[
        "'",
        '"',
        "\\",
        "%",
        "_",
        "a' | 'b",
        "!!!",
        "a & | ! ( ) <-> :*",
        "foo:*",
        "red:A",
        "\\'",
      ],
      ...[
        "''; DROP TABLE stock; --",
        "-",
        "--",
        "- -",
        "OR",
        "OR OR",
        "a OR",
        '"',
        '""',
        '" "',
        '-"',
      ],
      ...[
        "🙂",
        "👩‍👩‍👧",
        "the of and",
        "x".repeat(200),
        "é".repeat(200),
        "a ".repeat(100),
        "'".repeat(200),
      ],
      ...[
        "-mascara",
        '-"red lipstick"',
        "١٢٣",
        "日本語",
        "ﬁne",
        "\u0301",
        "a\u0000b".replace("\0", " "),
      ],
      ...[
        "'=mascara",
        "/1",
        "#1",
        "@BEA-ESS-ESS-001",
        "{}",
        "$1",
        "${x}",
        "<script>",
        "1e400",
        "‮",
      ],
    ])("answers %j without an error", async (text) => {
      const found = await look(index, { text });
      expect(found.total).toBeGreaterThanOrEqual(found.hits.length);
      await index.index.suggest(text, 10);
    });
  });

  describe.skipIf(noRealCatalogue)("that has more matches than it reads", () => {
    let index: OpenIndex;
    let small: OpenIndex;
    let all: Stocked[];

    beforeAll(async () => {
      [index, small, all] = await Promise.all([open("large"), open(), realCatalogue()]);
      await Promise.all([putAll(index, all), putAll(small, all)]);
    });
    afterAll(async () => void (await Promise.all([index.close(), small.close()])));

    const texts = [
      "",
      "the",
      '"a"',
      "leather",
      "premium design",
      'men OR women "the"',
      "the -watch",
      "lea",
    ];

    test.each(["relevance", "newest", "price_asc", "price_desc"] as const)(
      "finds the same as one that reads all, by %s, page by page and each once",
      async (sort) => {
        for (const text of texts) {
          for (const filters of [
            {},
            { inStock: true },
            { maxPrice: 5_000 },
            { minPrice: 600, maxPrice: 60_000, inStock: true },
          ]) {
            const criteria = { text, sort, ...filters };
            const pages = (await allPages(index, { ...criteria, limit: 7 })).flat();
            const expected = (await allPages(small, { ...criteria, limit: 100 })).flat();
            const what = JSON.stringify(criteria);
            if (sort === "relevance") expect([...pages].sort(), what).toEqual(expected.sort());
            else expect(pages, what).toEqual(expected);
          }
        }
      },
    );

    test("says when its numbers are estimates, and they are about right", async () => {
      const found = await look(index, { text: "the" });
      const { total } = await look(small, { text: "the" });
      expect(found.estimated).toBe(true);
      expect(found.total).toBeGreaterThan(total / 3);
      expect(found.total).toBeLessThan(total * 3);
    });

    test("counts the whole shop, and what one facet has, to the last product", async () => {
      for (const criteria of [
        {},
        { category: "kitchen-accessories" },
        { brand: "partners-demo" },
      ]) {
        const found = await look(index, criteria);
        const expected = searchByHand(all, criteria);
        expect(found.total, JSON.stringify(criteria)).toBe(expected.ids.length);
      }
      expect((await look(index)).facets).toEqual(searchByHand(all, {}).facets);
      expect((await look(index, { category: "laptops" })).facets).toEqual(
        searchByHand(all, { category: "laptops" }).facets,
      );
    });

    test("puts what has the words in its title first", async () => {
      const names = namesOf(await look(index, { text: "leather", limit: 5 }));
      expect(names.every((name) => /leather/i.test(name))).toBe(true);
    });

    test("goes on in the way a list began, also when it has outgrown it", async () => {
      const text = "growing";
      const some = Array.from({ length: 60 }, (_, n) =>
        aProduct({ name: `${text} ${n}`, variants: [aVariant(`G-${n}`)] }),
      );
      const put = (products: typeof some) =>
        putAll(
          index,
          products.map((product) => ({ product, firstStock: [] })),
        );
      await put(some.slice(0, 12));
      const first = await look(index, { text, limit: 5 });
      await put(some.slice(12));
      const rest: string[] = [];
      for (let after = first.next; after;) {
        const page = await look(index, { text, limit: 20, after });
        rest.push(...idsOf(page));
        after = page.next;
      }
      const seen = [...idsOf(first), ...rest];
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen).toEqual(expect.arrayContaining(some.slice(0, 12).map(({ id }) => id)));
    });
  });

  describe("that is built anew", () => {
    let index: OpenIndex;
    beforeEach(async () => void (index = await open()));
    afterEach(() => index.close());

    const put = (product: Product, version: number) =>
      index.db.transaction((tx) => index.index.put(tx, toEntry(product, version)));
    const begin = async () => {
      const rebuild = await index.index.startRebuild();
      if (!rebuild) throw new Error("somebody else rebuilds");
      return rebuild;
    };

    test("has what it was given, and not what it had before", async () => {
      const [old, kept, fresh] = [
        aProduct({ name: "old" }),
        aProduct({ name: "kept" }),
        aProduct(),
      ];
      await put(old, 1);
      await put(kept, 1);
      const rebuild = await begin();
      await rebuild.add([toEntry(kept, 1), { id: old.id, version: 2, removed: true }]);
      await rebuild.add([toEntry(fresh, 1)]);
      expect((await look(index)).total).toBe(2);
      await rebuild.finish();
      expect(idsOf(await look(index)).sort()).toEqual([kept.id, fresh.id].sort());
      expect((await look(index, { text: "kept" })).total).toBe(1);
      expect((await look(index, { text: "kpet" })).total).toBe(1);
      await put(old, 1); // the archive that the rebuild was told of is newer
      expect((await look(index, { text: "old" })).total).toBe(0);
    });

    test("has the same counts, words and pages as one that events built", async () => {
      const all = (await realCatalogueOr(30)).slice(0, 120);
      await putAll(index, all);
      const looks = () =>
        Promise.all(
          [{}, { text: "the" }, { text: "gold" }, { text: "glod" }, { inStock: true }].map(
            (criteria) => look(index, { ...criteria, limit: 100 }),
          ),
        );
      const before = await looks();
      const rebuild = await begin();
      for (let i = 0; i < all.length; i += 50) {
        await rebuild.add(all.slice(i, i + 50).map(({ product }) => toEntry(product, 1)));
      }
      await rebuild.finish();
      expect(await looks()).toEqual(before);
    });

    test("has what was written while it was built, in both", async () => {
      const [changed, archived, late] = [aProduct(), aProduct(), aProduct({ name: "late" })];
      await put(changed, 1);
      const rebuild = await begin();
      await put({ ...changed, name: "changed" }, 2);
      await rebuild.add([toEntry(changed, 1), toEntry(archived, 1)]);
      await index.db.transaction((tx) => index.index.remove(tx, archived.id, 2));
      await put(late, 1);
      const sku = late.variants[0]?.sku ?? "";
      await index.db.transaction((tx) => index.index.setStock(tx, { sku, available: 4, seq: 1 }));
      expect((await look(index, { text: "changed" })).total).toBe(1);
      await rebuild.finish();
      expect((await look(index, { text: "changed" })).total).toBe(1);
      expect((await look(index, { text: "late", inStock: true })).total).toBe(1);
      expect((await look(index)).total).toBe(2);
    });

    test("is never missing nor half there for whoever searches meanwhile", async () => {
      const some = Array.from({ length: 30 }, () => aProduct({ name: "steady" }));
      await putAll(
        index,
        some.map((product) => ({ product, firstStock: [] })),
      );
      let done = false;
      const totals: number[] = [];
      const searching = (async () => {
        while (!done) totals.push((await look(index, { text: "steady" })).total);
      })();
      for (let round = 0; round < 3; round++) {
        const rebuild = await begin();
        await rebuild.add(some.map((product) => toEntry(product, 1)));
        await rebuild.finish();
      }
      done = true;
      await searching;
      expect(totals.length).toBeGreaterThan(5);
      expect(new Set(totals)).toEqual(new Set([30]));
    });

    test("is built by one at a time", async () => {
      const rebuild = await begin();
      expect(await index.index.startRebuild()).toBeNull();
      await rebuild.abandon();
      const next = await begin();
      await next.abandon();
    });

    test("stays as it was when a rebuild is abandoned or dies, and the next one starts anew", async () => {
      const product = aProduct({ name: "survivor" });
      await put(product, 1);
      const abandoned = await begin();
      await abandoned.add([toEntry(aProduct({ name: "never" }), 1)]);
      await abandoned.abandon();
      const dead = await begin();
      await dead.add([toEntry(aProduct({ name: "never" }), 1)]);
      await index.db.query("UPDATE index_state SET rebuild_seen_at = now() - interval '2 minutes'");
      await put(aProduct({ name: "written after the death" }), 1);
      expect((await look(index)).total).toBe(2);
      await expect(dead.add([])).rejects.toMatchObject({ type: "CONFLICT" });
      await expect(dead.finish()).rejects.toThrow();
      await index.index.clean();
      const rebuild = await begin();
      await rebuild.add([toEntry(product, 1)]);
      await rebuild.finish();
      expect(namesOf(await look(index))).toEqual(["survivor"]);
    });
  });

  describe("that products come and go in", () => {
    let index: OpenIndex;
    beforeAll(async () => void (index = await open()));
    afterAll(() => index.close());

    const put = (product: Product, version: number) =>
      index.db.transaction((tx) => index.index.put(tx, toEntry(product, version)));
    const remove = (id: string, version: number) =>
      index.db.transaction((tx) => index.index.remove(tx, id, version));
    const setStock = (sku: string, available: number, seq: number) =>
      index.db.transaction((tx) => index.index.setStock(tx, { sku, available, seq }));
    /** Another word for each test, so that they do not find one another's products. */
    let words = 0;
    const aWord = (): string => `zword${String.fromCharCode(97 + (words++ % 26)).repeat(5)}`;

    test("the newest version wins, in whatever order they come", async () => {
      const text = aWord();
      const product = aProduct({ name: `${text} lamp`, brand: "Old" });
      await put({ ...product, brand: "New", variants: [aVariant("V-1", 2500)] }, 3);
      await put({ ...product, brand: "Older" }, 2);
      await put(product, 1);
      const found = await look(index, { text });
      expect(found.hits).toMatchObject([{ card: { brand: "New", price: { amount: 2500 } } }]);
      expect(found.facets.brands).toEqual([{ value: "New", count: 1 }]);
    });

    test("an archive that overtakes what it ends, ends it all the same", async () => {
      const text = aWord();
      const product = aProduct({ name: text });
      await remove(product.id, 4);
      await put(product, 3);
      expect((await look(index, { text })).total).toBe(0);
      await put(product, 5);
      expect((await look(index, { text })).total).toBe(1);
    });

    test("an archived product leaves no count and no word behind", async () => {
      const text = aWord();
      const before = await look(index);
      const product = aProduct({
        ...{ name: `${text} unheardof`, brand: "Gone", categories: ["gone"] },
        attributes: { gone: "yes" },
      });
      await put(product, 1);
      await put({ ...product, description: "more words than before" }, 2);
      await remove(product.id, 3);
      const after = await look(index);
      expect(after.facets).toEqual(before.facets);
      expect(after.total).toBe(before.total);
      expect(await index.index.suggest("unheard", 10)).toEqual([]);
      expect((await look(index, { text: "unhaerdof" })).total).toBe(0);
    });

    test("a product can be bought as long as one of its variants can", async () => {
      const text = aWord();
      const product = aProduct({ name: text, variants: [aVariant("W-1"), aVariant("W-2")] });
      const inStock = async () => (await look(index, { text, inStock: true })).total;
      await setStock("W-2", 3, 1); // before anybody knows the product
      await put(product, 1);
      expect(await inStock()).toBe(1);
      await setStock("W-1", 2, 1);
      await setStock("W-2", 0, 2);
      expect(await inStock()).toBe(1);
      await setStock("W-1", 0, 3);
      expect(await inStock()).toBe(0);
      await setStock("W-1", 2, 2); // late
      expect(await inStock()).toBe(0);
      await setStock("W-1", 1, 4);
      expect(await inStock()).toBe(1);
    });

    test("a variant that a product has no more does not count for it", async () => {
      const text = aWord();
      const product = aProduct({ name: text, variants: [aVariant("X-1"), aVariant("X-2")] });
      await setStock("X-2", 3, 1);
      await put(product, 1);
      await put({ ...product, variants: [aVariant("X-1")] }, 2);
      expect((await look(index, { text, inStock: true })).total).toBe(0);
      expect((await look(index, { text: "X-2" })).total).toBe(0);
    });

    test("what is only assumed of a SKU gives way to what is told", async () => {
      const text = aWord();
      const assume = (available: number) =>
        index.db.transaction((tx) => index.index.assumeStock(tx, [{ sku: "Y-1", available }]));
      const inStock = async () => (await look(index, { text, inStock: true })).total;
      await put(aProduct({ name: text, variants: [aVariant("Y-1")] }), 1);
      expect(await index.index.unknownStock(["Y-1"])).toEqual(["Y-1"]);
      await assume(5);
      expect(await inStock()).toBe(1);
      await setStock("Y-1", 0, 1);
      await assume(5);
      expect(await inStock()).toBe(0);
      expect(await index.index.unknownStock(["Y-1"])).toEqual([]);
    });

    test("a transaction that fails leaves nothing", async () => {
      const text = aWord();
      const failing = index.db.transaction(async (tx) => {
        await index.index.put(tx, toEntry(aProduct({ name: text, brand: "Never" }), 1));
        throw new Error("no");
      });
      await expect(failing).rejects.toThrow("no");
      expect((await look(index, { text })).total).toBe(0);
      expect((await look(index)).facets.brands.map(({ value }) => value)).not.toContain("Never");
    });

    test("pages stay right when products are put in between", async () => {
      const text = aWord();
      const at = (n: number) => new Date(Date.UTC(2026, 1, 1) + n * 1000).toISOString();
      const some = Array.from({ length: 9 }, (_, n) =>
        aProduct({ name: `${text} ${n}`, createdAt: at(n), variants: [aVariant(`P-${n}`, n)] }),
      );
      for (const product of some) await put(product, 1);
      for (const sort of ["newest", "price_desc"] as const) {
        const first = await look(index, { text, sort, limit: 4 });
        await put(
          aProduct({
            name: `${text} new`,
            createdAt: at(99),
            variants: [aVariant(`N-${sort}`, 99)],
          }),
          1,
        );
        const second = await look(index, {
          text,
          sort,
          limit: 100,
          after: first.next ?? undefined,
        });
        const ids = [...idsOf(first), ...idsOf(second)];
        const old = some.map(({ id }) => id).reverse();
        expect(ids.filter((id) => old.includes(id))).toEqual(old);
      }
    });

    test("writers of many products at once do not block one another for good", async () => {
      const text = aWord();
      const some = Array.from({ length: 40 }, (_, n) =>
        aProduct({ name: `${text} ${n % 7} shared words in other orders`, categories: ["many"] }),
      );
      await Promise.all(some.map((product, n) => put(product, 1 + (n % 3))));
      const found = await look(index, { text });
      expect(found.total).toBe(40);
      expect(found.facets.categories).toEqual([{ value: "many", count: 40 }]);
    });
  });
});

/** Real products; where there are none, some made up. */
const realCatalogueOr = async (count: number): Promise<Stocked[]> =>
  noRealCatalogue
    ? Array.from({ length: count }, () => ({ product: aProduct(), firstStock: [] }))
    : realCatalogue();

function randomFilters(
  roll: (sides: number) => number,
  all: readonly Stocked[],
): Partial<Criteria> {
  const one = () => all[roll(all.length)]?.product ?? aProduct();
  const filters: { -readonly [F in keyof Criteria]?: Criteria[F] } = {};
  if (roll(3) === 0) filters.category = roll(12) === 0 ? "no-such" : one().categories[0];
  if (roll(4) === 0) filters.brand = one().brand || "Nobody";
  const attributes = Object.entries({
    ...one().attributes,
    ...one().variants[0]?.attributes,
  }).filter(([name]) => name !== "tags");
  const chosen = attributes.filter(() => roll(5) === 0);
  if (chosen.length > 0) filters.attributes = Object.fromEntries(chosen);
  if (roll(4) === 0) filters.minPrice = roll(20_000);
  if (roll(4) === 0) filters.maxPrice = roll(100_000);
  if (roll(4) === 0) filters.inStock = true;
  return filters;
}
