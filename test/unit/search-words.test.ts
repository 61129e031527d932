import { describe, expect, test } from "vitest";
import { fold, isFiller, stemOf, wordsIn } from "../../services/search/domain/words";

describe("the words of a text", () => {
  test("are one word however they are written", () => {
    expect(fold("Crème BRÛLÉE Straße Łódź Ærø ﬁne")).toBe("creme brulee strasse lodz aero fine");
  });

  test("are told apart by everything that is no letter and no digit", () => {
    expect(wordsIn("Red/blue, 14 inch (0.4 l) – 100% wool\n🙂 _x_ a&b")).toEqual(
      "red blue 14 inch 0 4 l 100 wool x a b".split(" "),
    );
  });

  test("of a compound are its parts and the whole, without what only marks a possession", () => {
    expect(wordsIn("T-Shirt J’adore men's")).toEqual(
      "tshirt t shirt jadore j adore mens men".split(" "),
    );
  });

  test("may be in any script", () => {
    expect(wordsIn("лампа مصباح 灯 ランプ")).toHaveLength(4);
    expect(wordsIn("हिन्दी")).toHaveLength(1);
  });

  test("are none of nothing, and short enough of too much", () => {
    expect(wordsIn(" -- '' 🙂 \u200b")).toEqual([]);
    expect(wordsIn("x".repeat(5_000))[0]).toHaveLength(48);
    expect(wordsIn("𝒜".repeat(100))[0]?.isWellFormed()).toBe(true);
  });
});

describe("a stem", () => {
  test.each([
    ["shoes", "shoe"],
    ["watches", "watch"],
    ["dresses", "dress"],
    ["boxes", "box"],
    ["sizes", "size"],
    ["glasses", "glass"],
    ["potatoes", "potato"],
    ["berries", "berry"],
    ["cookies", "cookie"],
    ["movies", "movie"],
    ["accessories", "accessory"],
    ["toys", "toy"],
    ["womens", "women"],
  ])("is the same for %s and %s", (plural, singular) => {
    expect(stemOf(plural)).toBe(stemOf(singular));
  });

  test.each([
    ["organic", "organ"],
    ["universal", "university"],
    ["cape", "cap"],
    ["car", "care"],
    ["glass", "glas"],
    ["iris", "iri"],
    ["bus", "bu"],
  ])("tells %s from %s", (one, other) => {
    expect(stemOf(one)).not.toBe(stemOf(other));
  });
});

test("fillers are small words only", () => {
  expect(["the", "for", "with"].every(isFiller)).toBe(true);
  expect(["on sale", "shirt", "no", "not"].some(isFiller)).toBe(false);
});
