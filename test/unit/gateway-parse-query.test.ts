import { Type as T } from "@sinclair/typebox";
import { describe, expect, it } from "vitest";
import { parseQuery } from "../../services/gateway/parse-query";

const schemas = {
  q: T.Optional(T.String()),
  limit: T.Optional(T.Integer()),
  price: T.Number(),
  inStock: T.Boolean(),
  attributes: T.Record(T.String(), T.String()),
};
const parse = (query: string) => parseQuery(query, schemas);

/** The faults of a query, by name. */
function faultsOf(query: string): unknown {
  try {
    return parse(query);
  } catch (error) {
    return (error as { data: { errors: { path: string; message: string }[] } }).data.errors;
  }
}

describe("a query string", () => {
  it("gives params of the types that their schemas name", () => {
    expect(parse("q=a+b%21&limit=-20&price=1.5&inStock=true")).toEqual({
      q: "a b!",
      limit: -20,
      price: 1.5,
      inStock: true,
    });
  });

  it.each([
    "limit=20abc",
    "limit=1e3",
    "limit= 20",
    "limit=",
    "limit=020",
    "limit=9999999999999999",
  ])("leaves %s as text, for the contract to refuse", (query) =>
    expect(parse(query)).toEqual({ limit: new URLSearchParams(query).get("limit") }),
  );

  it("gives a record entry by entry", () => {
    expect(parse("attributes.color=blue&attributes.shoe.size=42")).toEqual({
      attributes: { color: "blue", "shoe.size": "42" },
    });
  });

  it("refuses what is given twice, by name", () => {
    expect(faultsOf("limit=1&limit=1")).toEqual([
      { path: "/limit", message: "is given more than once" },
    ]);
    expect(faultsOf("attributes.a=1&attributes.a=2")).toMatchObject([{ path: "/attributes.a" }]);
  });

  it.each(["q[$ne]", "q.x", "attributes", "attributes.__proto__", "__proto__", "constructor", "Q"])(
    "refuses %s, which is no parameter",
    (name) => {
      expect(faultsOf(`${encodeURIComponent(name)}=1`)).toEqual([
        { path: `/${name}`, message: "is not a query parameter here" },
      ]);
    },
  );

  it("refuses NUL, which no database stores", () => {
    expect(faultsOf("q=%00")).toEqual([{ path: "/q", message: "has a NUL character" }]);
  });

  it("names at most twenty faults", () => {
    const query = Array.from({ length: 500 }, (_, n) => `x${n}=1`).join("&");
    expect(faultsOf(query)).toHaveLength(20);
  });
});
