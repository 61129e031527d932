import { describe, expect, it } from "vitest";
import {
  formatTraceparent,
  parseTraceparent,
  spanBelow,
} from "../../lib/observability/traceparent";
import { etagOf, requestIdOf } from "../../services/gateway/exchange";

const continueTrace = (header: unknown): string =>
  formatTraceparent(spanBelow(parseTraceparent(header)));

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT = `00-${TRACE}-00f067aa0ba902b7-01`;
const NEW = /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/;

describe("a request id", () => {
  it.each(["a", "order-1_2.3", "x".repeat(128)])("is the caller's when it is sane: %s", (id) =>
    expect(requestIdOf(id)).toBe(id),
  );
  it.each([
    undefined,
    "",
    "x".repeat(129),
    "a b",
    "a\tb",
    "<script>",
    "ä",
    "a,b",
    "4242424242424242",
  ])("is a new one instead of %j", (id) => expect(requestIdOf(id)).toMatch(/^[0-9a-f-]{36}$/));
});

describe("a trace", () => {
  it("goes on with the caller's id and flags, and a span of ours", () => {
    const continued = continueTrace(PARENT);
    expect(continued).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
    expect(continued).not.toBe(PARENT);
    expect(continueTrace(`00-${TRACE}-00f067aa0ba902b7-00`)).toMatch(/-00$/);
  });

  it("goes on from a later version of the format, of which the first parts are known", () =>
    expect(continueTrace(`cc-${TRACE}-00f067aa0ba902b7-01-what-else`)).toContain(TRACE));

  it.each([
    undefined,
    "",
    "nonsense",
    `ff-${TRACE}-00f067aa0ba902b7-01`,
    `00-${"0".repeat(32)}-00f067aa0ba902b7-01`,
    `00-${TRACE}-${"0".repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-00f067aa0ba902b7-01`,
    `${PARENT}-extra`,
  ])("begins anew instead of %j", (header) => {
    expect(continueTrace(header)).toMatch(NEW);
    expect(continueTrace(header)).not.toContain(TRACE);
  });

  it("is another one each time", () =>
    expect(new Set(Array.from({ length: 2_000 }, () => continueTrace(undefined))).size).toBe(
      2_000,
    ));
});

describe("an entity tag", () => {
  it("is strong and follows the bytes", () => {
    expect(etagOf("a")).toMatch(/^"[\w-]{27}"$/);
    expect(etagOf("a")).toBe(etagOf("a"));
    expect(etagOf("a")).not.toBe(etagOf("b"));
  });
});
