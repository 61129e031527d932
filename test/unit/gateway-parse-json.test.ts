import { describe, expect, it } from "vitest";
import { parseJsonObject } from "../../services/gateway/parse-json";

const parse = (text: string) => parseJsonObject(Buffer.from(text));

function failureOf(body: Buffer | string): { type: string; data: { errors?: { path: string }[] } } {
  try {
    parseJsonObject(Buffer.from(body as string));
  } catch (error) {
    return error as never;
  }
  throw new Error("it was accepted");
}

describe("a JSON body", () => {
  it("is an object of fields", () =>
    expect(parse('{"a":[1,{"b":null}]}')).toEqual({ a: [1, { b: null }] }));
  it("may be empty", () => expect(parse("")).toEqual({}));
  it("may begin with a byte order mark", () => expect(parse('\uFEFF{"a":1}')).toEqual({ a: 1 }));

  it.each(["{", "nope", " ", '{"a":NaN}', "{'a':1}", '{"a":1}}'])(
    "refuses %j as malformed",
    (text) => expect(failureOf(text).type).toBe("MALFORMED_JSON"),
  );
  it("refuses what is not UTF-8", () =>
    expect(failureOf(Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d])).type).toBe(
      "MALFORMED_JSON",
    ));
  it.each(["[]", "null", "1", '"a"'])("refuses %s, which has no fields", (text) =>
    expect(failureOf(text)).toMatchObject({
      type: "VALIDATION_FAILED",
      data: { errors: [{ path: "", message: "Expected object" }] },
    }),
  );

  it("survives a bomb of depth", () => {
    const bomb = `{"a":${"[".repeat(500_000)}${"]".repeat(500_000)}}`;
    expect(failureOf(bomb).type).toBe("MALFORMED_JSON");
  });

  it("survives a bomb of breadth, whatever stands in it", () => {
    const many = (value: string) => Array<string>(20_001).fill(value).join(",");
    for (const bomb of [`{"a":[${many("0")}]}`, `{${many('"a":1')}}`, `{"a":[${many('"\\""')}]}`]) {
      expect(failureOf(bomb).data.errors).toEqual([
        { path: "", message: "has more than 20000 values" },
      ]);
    }
  });

  it("counts nothing inside of a text", () => {
    const text = '\\",[{'.repeat(40_000);
    expect(parse(JSON.stringify({ text }))).toEqual({ text });
  });

  it("keeps __proto__ out of records, and pollutes nothing", () => {
    const failure = failureOf('{"attributes":{"__proto__":{"admin":true}}}');
    expect(failure.data.errors).toMatchObject([{ path: "/attributes/__proto__" }]);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it("refuses NUL wherever it is, by path", () => {
    expect(failureOf('{"a":[{"b":"x\\u0000"}]}').data.errors).toMatchObject([{ path: "/a/0/b" }]);
    expect(failureOf('{"a\\u0000":1}').data.errors).toMatchObject([{ path: "/a" }]);
  });
});
