import { Errors } from "moleculer";
import { expect, test } from "vitest";
import { fail } from "../../contracts/errors";
import { fateOf, isUnexpected } from "../../lib/mesh/call-failure";
import { untrusted } from "../../lib/mesh/trust";

const attempt = { action: "stock.take", node: "stock-1" };
const here = { action: "stock.take", nodeID: "stock-1" };
const behind = { action: "prices.get", nodeID: "prices-1" };

test.each([
  ["its node refused it", new Errors.ServiceNotAvailableError(here)],
  ["its node did not know it yet", new Errors.ServiceNotFoundError(here)],
  ["there was no node", new Errors.ServiceNotAvailableError({ action: "stock.take" })],
  ["this node has no connection", new Errors.BrokerDisconnectedError("")],
])("never ran: %s", (_, error) => {
  expect(fateOf(error, attempt)).toBe("undelivered");
});

test.each([
  ["its node was full", new Errors.QueueIsFullError(here)],
  ["its node did not believe who called", untrusted("expired", here)],
])("never ran, and is nothing to wait for: %s", (_, error) => {
  expect(fateOf(error, attempt)).toBe("refused");
});

test.each([
  ["no answer came in time", new Errors.RequestTimeoutError(here)],
  ["its node gave up", new Errors.RequestTimeoutError({ ...here, nodeID: "caller" })],
  ["its node was lost", new Errors.RequestRejectedError(here)],
])("may have run: %s", (_, error) => {
  expect(fateOf(error, attempt)).toBe("unknown");
});

test.each([
  ["a service behind did not answer", new Errors.RequestTimeoutError(behind)],
  ["there was no service behind", new Errors.ServiceNotAvailableError(behind)],
  [
    "its node has no connection itself",
    Object.assign(new Errors.BrokerDisconnectedError(""), { nodeID: "stock-1" }),
  ],
  ["a service behind did not believe its node", untrusted("expired", behind)],
  ["a business error", fail("CONFLICT")],
  ["a bug", new TypeError("x is undefined")],
  ["nonsense", "oops"],
])("did run: %s", (_, error) => {
  expect(fateOf(error, attempt)).toBe("answered");
});

test("bugs are unexpected, errors of the table and of Moleculer are not", () => {
  expect(isUnexpected(new TypeError("x is undefined"))).toBe(true);
  expect(isUnexpected(fail("INTERNAL_ERROR"))).toBe(true);
  expect(isUnexpected(fail("CONFLICT"))).toBe(false);
  expect(isUnexpected(fail("SERVICE_UNAVAILABLE"))).toBe(false);
  expect(isUnexpected(new Errors.RequestTimeoutError(behind))).toBe(false);
});
