import { describe, expect, it } from "vitest";
import { toPostalAddress, type AddressRow } from "../../services/users/domain/address";
import { normalizeEmail } from "../../services/users/domain/email";
import { delayAfter } from "../../services/users/domain/login-pace";

describe("the spelling of an email", () => {
  it("is lower-case", () => expect(normalizeEmail("Ada@Example.COM")).toBe("ada@example.com"));

  it("is composed", () =>
    expect(normalizeEmail("jose\u0301@example.com")).toBe("jos\u00e9@example.com"));

  it("does not change when it is normalised again", () => {
    const once = normalizeEmail("\u0130lker.K\u212A@Example.com");
    expect(normalizeEmail(once)).toBe(once);
  });

  it("keeps dots and tags apart", () =>
    expect(normalizeEmail("a.b+shop@example.com")).toBe("a.b+shop@example.com"));
});

describe("the pace of signing in", () => {
  it("is free for five slips", () =>
    expect([0, 1, 2, 3, 4].map(delayAfter)).toEqual([0, 0, 0, 0, 0]));

  it("waits twice as long for each of the next, and never more than two seconds", () =>
    expect([5, 6, 7, 8, 9].map(delayAfter)).toEqual([100, 200, 400, 800, 1600]));

  it("stops at ten", () => expect([10, 11, 1_000].map(delayAfter)).toEqual([null, null, null]));
});

describe("an address", () => {
  const row: AddressRow = {
    id: "0198c2f0-0000-7000-8000-000000000001",
    name: "Ada Lovelace",
    line1: "12 St James's Square",
    line2: null,
    city: "London",
    postal_code: "SW1Y 4JH",
    region: "",
    country: "GB",
    phone: null,
    is_default: true,
  };

  it("leaves out what it does not have", () =>
    expect(toPostalAddress(row)).toEqual({
      name: "Ada Lovelace",
      line1: "12 St James's Square",
      city: "London",
      postalCode: "SW1Y 4JH",
      country: "GB",
    }));
});
