import { describe, expect, test } from "vitest";
import { parseText, type Term } from "../../services/search/domain/parse-text";

/** Terms as somebody would write them down: `red|blue`, `"a phrase"`, `sh…`. */
function shown(term: Term): string {
  if (term.kind === "phrase") return `"${term.words.join(" ")}"`;
  const choices = term.choices.map(({ parts, joined }) => joined ?? parts.join(" "));
  return choices.join("|") + (term.last ? "…" : "");
}

const required = (text: string): string[] => parseText(text).required.map(shown);
const excluded = (text: string): string[] =>
  parseText(text).excluded.map((words) => words.join(" "));

describe("what a shopper types", () => {
  test("is words that all count, the last of them perhaps unfinished", () => {
    expect(required("Red  leather sh")).toEqual(["red", "leather", "sh…"]);
  });

  test("may have phrases, exclusions and choices", () => {
    expect(required('"leather jacket" -brown red OR blue')).toEqual([
      '"leather jacket"',
      "red|blue…",
    ]);
    expect(excluded('jacket -brown -"faux leather" -t-shirt')).toEqual([
      "brown",
      "faux leather",
      "t shirt",
    ]);
  });

  test("is not narrowed by small words, unless it has no others", () => {
    expect(required("a lamp for the table")).toEqual(["lamp", "table…"]);
    expect(required("the lamp of")).toEqual(["lamp"]);
    expect(required("the of")).toEqual(["the", "of…"]);
  });

  test("has its exclusions searched for when there is nothing else", () => {
    expect(required('-red -"old lamp"')).toEqual(['"red"', '"old lamp"']);
    expect(excluded("-red")).toEqual([]);
  });

  test.each([
    ["", []],
    ["   ", []],
    ['""', []],
    ["🙂 %_\\ --", []],
    ["OR", []],
    ["OR red", ["red…"]],
    ["red OR", ["red"]],
    ['"red dress', ['"red dress"']],
    ['red "', ["red…"]],
    ["- red", ["red…"]],
    ["red:* & !blue | (green)", ["red", "blue", "green…"]],
  ])("means something, whatever it is: %j", (text, terms) => {
    expect(required(text)).toEqual(terms);
  });

  test("is looked at up to a point", () => {
    expect(required("word ".repeat(100)).length).toBe(12);
    expect(excluded("x " + "-word ".repeat(100)).length).toBe(12);
  });
});
