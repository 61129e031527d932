import { Errors } from "moleculer";
import { describe, expect, it } from "vitest";
import { errors, fail } from "../../contracts/errors";
import { problemAnswer, problemOf } from "../../services/gateway/problem";

describe("a problem", () => {
  it("says what is expected, with its fields and when to come again", () => {
    expect(problemOf(fail("RATE_LIMITED", "slow down", { retryAfter: 3 }))).toEqual({
      code: "RATE_LIMITED",
      detail: "slow down",
      retryAfter: 3,
    });
  });

  it("is recognized by its type when the error came from another node", () => {
    const remote = Object.assign(new Error("no SKU X"), {
      name: "MoleculerError",
      type: "SKU_NOT_FOUND",
    });
    expect(problemOf(remote)).toEqual({ code: "SKU_NOT_FOUND", detail: "no SKU X" });
  });

  it.each([
    new Errors.RequestTimeoutError({ action: "a.b", nodeID: "n" }),
    new Errors.RequestRejectedError({ action: "a.b", nodeID: "n" }),
    new Errors.RequestSkippedError({ action: "a.b", nodeID: "n" }),
    new Errors.ServiceNotFoundError({ action: "a.b" }),
    new Errors.ServiceNotAvailableError({ action: "a.b" }),
    new Errors.QueueIsFullError({ action: "a.b", nodeID: "n" }),
    Object.assign(new Error(), { name: "BrokerDisconnectedError", type: "BAD_GATEWAY" }),
    Object.assign(new Error("expired"), { name: "MoleculerError", type: "UNTRUSTED_CALL" }),
  ])("says of $name only that a part is unavailable", (error) => {
    const { status, headers, body } = problemAnswer(problemOf(error), "r1");
    expect([status, headers["retry-after"]]).toEqual([503, "1"]);
    expect(body).not.toMatch(/a\.b|node/);
  });

  it.each([
    new Error('duplicate key value violates unique constraint "orders_pkey"'),
    Object.assign(new Error("SELECT * FROM secrets"), {
      code: 422,
      type: "42P01",
      data: { sql: "x" },
    }),
    Object.assign(new Error("internal words"), { type: "INTERNAL_ERROR" }),
    Object.assign(new Error("inherited"), { type: "constructor" }),
    "a string",
    null,
    undefined,
  ])("tells nothing of the unexpected %s", (error) => {
    const { status, body } = problemAnswer(problemOf(error), "r1");
    expect(status).toBe(500);
    expect(JSON.parse(String(body))).toEqual({
      type: "https://souk.example/problems/internal-error",
      title: errors.INTERNAL_ERROR.title,
      status: 500,
      code: "INTERNAL_ERROR",
      detail: errors.INTERNAL_ERROR.title,
      requestId: "r1",
    });
  });

  it("keeps the words behind a 503 for the log", () => {
    const detail = problemOf(fail("SERVICE_UNAVAILABLE", "pool of 10.0.0.7 exhausted")).detail;
    expect(detail).toBe(errors.SERVICE_UNAVAILABLE.title);
  });

  it("asks for a token on 401", () => {
    expect(problemAnswer(problemOf(fail("UNAUTHENTICATED")), "r1").headers).toMatchObject({
      "content-type": "application/problem+json",
      "www-authenticate": 'Bearer realm="souk"',
    });
  });
});
