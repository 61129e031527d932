import { describe, expect, test } from "vitest";
import {
  distance,
  nearest,
  respell,
  spellingKeys,
  type KnownWord,
} from "../../services/search/domain/spelling";

const known = (word: string, titles = 1): KnownWord => ({
  ...{ word, stem: word, titles, products: titles },
});
const words = (list: readonly KnownWord[]): string[] => list.map(({ word }) => word);

describe("the distance of two words", () => {
  test.each([
    ["shirt", "shirt", 0],
    ["shrit", "shirt", 1],
    ["shit", "shirt", 1],
    ["shiirt", "shirt", 1],
    ["short", "shirt", 1],
    ["hsirt", "shirt", 1],
    ["shitr", "shirt", 1],
    ["mascra", "mascara", 1],
    ["headphoens", "headphones", 1],
    ["haedphoens", "headphones", 2],
    ["", "lamp", 4],
    ["lamp", "", 4],
    ["abc", "xyz", 3],
  ])("from %s to %s is %i slips", (a, b, slips) => {
    expect(distance(a, b)).toBe(slips);
    expect(distance(b, a)).toBe(slips);
  });
});

/** Every word that is one slip away. */
function slips(word: string): string[] {
  const letters = "abcdefghijklmnopqrstuvwxyz";
  const places = [...word].map((_, i) => i);
  return [
    ...places.map((i) => word.slice(0, i) + word.slice(i + 1)),
    ...places.flatMap((i) => [...letters].map((l) => word.slice(0, i) + l + word.slice(i + 1))),
    ...places.flatMap((i) => [...letters].map((l) => word.slice(0, i) + l + word.slice(i))),
    ...places
      .slice(1)
      .map((i) => word.slice(0, i - 1) + word.charAt(i) + word.charAt(i - 1) + word.slice(i + 1)),
  ];
}

describe("spelling keys", () => {
  const meet = (a: string, b: string): boolean => {
    const keys = new Set(spellingKeys(a));
    return spellingKeys(b).some((key) => keys.has(key));
  };

  test.each(["ring", "shirt", "lamps", "jacket", "mascara", "headphones", "extraordinarily"])(
    "let every slip in %s find it",
    (word) => {
      const tooShort = (slip: string): boolean => slip.length < 3;
      for (const slip of slips(word))
        if (!tooShort(slip)) expect(meet(slip, word), slip).toBe(true);
    },
  );

  test("let two slips in a long word find it", () => {
    const pairs = slips("jacket").flatMap((once) => slips(once).filter((_, i) => i % 17 === 0));
    for (const twice of pairs.filter((word) => word.length >= 6)) {
      expect(meet(twice, "jacket"), twice).toBe(true);
    }
  });

  test("are few, sorted and each there once", () => {
    const keys = spellingKeys("extraordinarily");
    expect(keys.length).toBeLessThanOrEqual(29);
    expect(keys).toEqual([...new Set(keys)].sort((a, b) => a - b));
    expect(keys.every((key) => Number.isInteger(key) && Math.abs(key) <= 2 ** 31)).toBe(true);
  });

  test("there are none of numbers and of what is too short to be misspelt", () => {
    expect(spellingKeys("14k")).toEqual([]);
    expect(spellingKeys("ab")).toEqual([]);
  });
});

describe("the nearest words", () => {
  test("are those with fewest slips, then those with the same first letter, then the commonest", () => {
    const all = [known("shirt", 3), known("skirt", 9), known("shift", 1), known("shorts", 99)];
    expect(words(nearest("shirtt", all))).toEqual(["shirt"]);
    expect(words(nearest("shitt", all))).toEqual(["shirt", "shift"]);
    expect(words(nearest("mair", [known("hair", 9), known("main", 1)]))).toEqual(["main", "hair"]);
  });

  test("are none when all are too far off", () => {
    expect(nearest("qwert", [known("shirt")])).toEqual([]);
    expect(nearest("rng", [known("rang"), known("strong")]).length).toBe(1);
    expect(nearest("ab", [known("abc")])).toEqual([]);
  });
});

describe("a respelt text", () => {
  const guesses = new Map([
    ["mascra", "mascara"],
    ["qqqq", null],
  ]);

  test("has the nearest words, and leaves out what is like none", () => {
    expect(respell('Red "mascra" qqqq', guesses)).toBe("red mascara");
  });

  test("is null when it is no other, or nothing is left", () => {
    expect(respell("red", guesses)).toBeNull();
    expect(respell("qqqq", guesses)).toBeNull();
    expect(respell("mascra", new Map())).toBeNull();
  });
});
