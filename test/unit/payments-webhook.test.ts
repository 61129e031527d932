import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { hasCode } from "../../lib/errors";
import { isSignedWebhook, signWebhook } from "../../services/payments/provider/webhook-signature";
import { parseWebhook } from "../../services/payments/provider/sandbox/webhook-event";

const SECRET = "whsec_test";
const NOW = 1_790_000_000;
const BODY = '{"id":"evt_1","type":"charge.succeeded"}';

const accepts = (signature: string, { body = BODY, now = NOW, secret = SECRET } = {}): boolean =>
  isSignedWebhook([secret], { rawBody: body, signature }, now);
const v1 = (secret: string): string =>
  createHmac("sha256", secret).update(`${NOW}.${BODY}`).digest("hex");

describe("a webhook's signature", () => {
  it("is the HMAC that API.md describes", () => {
    expect(signWebhook(SECRET, BODY, NOW)).toBe(`t=${NOW},v1=${v1(SECRET)}`);
    expect(accepts(`t=${NOW},v1=${v1(SECRET)}`)).toBe(true);
  });

  it("is good for 300 s either way", () => {
    const signature = signWebhook(SECRET, BODY, NOW);
    expect(accepts(signature, { now: NOW + 300 })).toBe(true);
    expect(accepts(signature, { now: NOW - 300 })).toBe(true);
    expect(accepts(signature, { now: NOW + 301 })).toBe(false);
    expect(accepts(signature, { now: NOW - 301 })).toBe(false);
  });

  it("covers the body byte by byte, and the time", () => {
    const signature = signWebhook(SECRET, BODY, NOW);
    expect(accepts(signature, { body: JSON.stringify(JSON.parse(BODY), null, 1) })).toBe(false);
    expect(accepts(signature.replace(`t=${NOW}`, `t=${NOW + 1}`))).toBe(false);
  });

  it("is refused under another secret", () => {
    expect(accepts(signWebhook("whsec_other", BODY, NOW))).toBe(false);
  });

  it("may stand beside one of another secret while secrets change", () => {
    expect(accepts(`t=${NOW},v1=${v1("whsec_new")},v1=${v1(SECRET)}`)).toBe(true);
    expect(accepts(`t=${NOW},v1=${v1(SECRET)},v0=abc,v1=${v1("whsec_new")}`)).toBe(true);
    expect(accepts(`t=${NOW},v1=${v1("a")},v1=${v1("b")}`)).toBe(false);
  });

  it("is refused when it is not one", () => {
    const good = v1(SECRET);
    const faulty = ["", "t=", `v1=${good}`, `t=${NOW}`, `t=${NOW},v1=`, `t=${NOW},v1=${good}00`];
    faulty.push(`t=${NOW},t=${NOW},v1=${good}`, `t=1e9,v1=${good}`, `t=-1,v1=${good}`);
    faulty.push(`t=${NOW},v1=${"z".repeat(64)}`, `t=${NOW}.0,v1=${good}`, "garbage");
    for (const signature of faulty) expect(accepts(signature), signature).toBe(false);
  });
});

describe("a webhook's body", () => {
  const orderId = "01890a5d-ac96-774b-bcce-b302099a8057";

  it("names an event, and the order it is about", () => {
    const body = { id: "evt_1", type: "charge.succeeded", created: 1, data: { orderId, more: 1 } };
    expect(parseWebhook(JSON.stringify(body))).toEqual({
      id: "evt_1",
      type: "charge.succeeded",
      orderId,
    });
  });

  it("may be about something that we do not know", () => {
    for (const data of [undefined, null, 7, [], {}, { orderId: "x" }, { object: { orderId } }]) {
      expect(parseWebhook(JSON.stringify({ id: "e", type: "t", data })).orderId).toBeNull();
    }
  });

  it("is refused when it is no JSON, or no event", () => {
    const codeOf = (body: string): string => {
      try {
        parseWebhook(body);
      } catch (error) {
        const codes = ["MALFORMED_JSON", "VALIDATION_FAILED"];
        return codes.find((code) => hasCode(error, code)) ?? "another error";
      }
      return "none";
    };
    expect(codeOf("")).toBe("MALFORMED_JSON");
    expect(codeOf("{")).toBe("MALFORMED_JSON");
    for (const body of ["null", "[]", "7", "{}", '{"id":1,"type":"t"}', '{"id":"","type":"t"}']) {
      expect(codeOf(body), body).toBe("VALIDATION_FAILED");
    }
    expect(codeOf('{"id":"a\\u0000b","type":"t"}')).toBe("VALIDATION_FAILED");
  });
});
