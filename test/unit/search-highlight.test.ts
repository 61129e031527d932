import { expect, test } from "vitest";
import { highlight } from "../../services/search/domain/highlight";

const stems = (...words: string[]): ReadonlySet<string> => new Set(words);
const product = {
  name: "Brown T-Shirt",
  description: "Soft shirts & <b>belts</b> for men's days.",
};

test("the words of the name are marked as they are written", () => {
  expect(highlight(product, stems("tshirt", "brown"))).toBe(
    "<mark>Brown</mark> <mark>T-Shirt</mark>",
  );
});

test("when none is in the name, those of the description are, and its markup is text", () => {
  expect(highlight(product, stems("belt"))).toBe(
    "Soft shirts &amp; &lt;b&gt;<mark>belts</mark>&lt;/b&gt; for men&#39;s days.",
  );
  expect(highlight(product, stems("men"))).toContain("<mark>men&#39;s</mark>");
});

test("a long description is cut around its first match, between words", () => {
  const filler = "lorem ipsum dolor ".repeat(20);
  const found = highlight({ name: "x", description: `${filler}needle ${filler}` }, stems("needle"));
  expect(found).toMatch(/^… (lorem|ipsum|dolor) .*<mark>needle<\/mark>.*(lorem|ipsum|dolor) …$/s);
  expect(found?.length).toBeLessThan(200);
});

test("a match longer than what is shown is shown whole", () => {
  const word = "w".repeat(48);
  const description = "z".repeat(300) + " " + word.repeat(5);
  expect(highlight({ name: "x", description }, stems(word))).toContain(
    `<mark>${word.repeat(5)}</mark>`,
  );
});

test("nothing is marked where nothing matches", () => {
  expect(highlight(product, stems("lamp"))).toBeUndefined();
  expect(highlight(product, stems())).toBeUndefined();
});
