import { Type as T } from "@sinclair/typebox";
import { describe, expect, it } from "vitest";
import { Validator } from "../../lib/mesh/schema";

const accepts = (format: string) => {
  const validator = new Validator(T.String({ format }));
  return (value: string) => validator.accepts(value);
};

describe("a time", () => {
  const isTime = accepts("date-time");

  it.each(["2026-01-31T12:00:00Z", "0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59+23:59"])(
    "may be %s",
    (time) => expect(isTime(time)).toBe(true),
  );
  it.each(["2026-02-30T12:00:00Z", "9999-12-31T24:00:00Z", "9999-12-31T23:59:59-00:01"])(
    "is not %s",
    (time) => expect(isTime(time)).toBe(false),
  );
  it("is not of a year before the year 0 in UTC", () =>
    expect(isTime("0000-01-01T00:00:00+00:01")).toBe(false));
});

describe("an email", () => {
  const isEmail = accepts("email");

  it("may have letters of any script, and its domain capitals", () =>
    expect(isEmail("Jos\u00e9@Mail.Example.COM")).toBe(true));
  // Unicode folds the long s and the Kelvin sign to s and k; mail to them goes there.
  it.each(["ada@\u017fhop.example", "ada@\u212aiosk.example", "ada@shop.\u212ar"])(
    "is not %s, whose domain only looks like one",
    (email) => expect(isEmail(email)).toBe(false),
  );
});
