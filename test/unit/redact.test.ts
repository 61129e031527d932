import { expect, test } from "vitest";
import { contracts, durableActions } from "../../contracts";
import { redactorOf } from "../../lib/observability/redact";
import { scrub } from "../../lib/observability/scrub";

const redactor = redactorOf(contracts, durableActions);

test("fields that a contract marks are hidden, whatever they hold and however deep", () => {
  const logged = redactor.value({
    order: { number: "S-1", shippingAddress: { name: "Ada", line1: "Gasse 1", country: "AT" } },
    users: [{ email: 7, phone: null, locale: "de" }],
    password: { nested: "hunter2" },
    PaymentMethod: "pm_1",
    headers: { authorization: "x" },
  });
  expect(logged).toEqual({
    order: {
      number: "S-1",
      shippingAddress: { name: "[personal]", line1: "[personal]", country: "AT" },
    },
    users: [{ email: "[personal]", phone: "[personal]", locale: "de" }],
    password: "[secret]",
    PaymentMethod: "[secret]",
    headers: { authorization: "[secret]" },
  });
});

test("a marked field is found when it is optional, nullable, in an event or in an internal result", () => {
  for (const name of ["line2", "accessToken", "refreshToken", "token", "cartId", "guestCartId"]) {
    expect(redactor.value({ [name]: "x" }), name).not.toEqual({ [name]: "x" });
  }
});

test("a cycle ends", () => {
  const loop: Record<string, unknown> = {};
  loop.again = loop;
  expect(JSON.stringify(redactor.value(loop))).toContain("[deep]");
});

test("of an error stay its kind, words and stack, and nothing that a library hung on it", () => {
  const error = Object.assign(new TypeError("no mail to ada@example.com"), {
    code: "ECONNREFUSED",
    parameters: ["hunter2"],
    config: { url: "http://x" },
  });
  const logged = JSON.stringify(redactor.error(error));
  expect(logged).toContain("no mail to [email]");
  expect(logged).toContain("ECONNREFUSED");
  expect(logged).toContain("redact.test.ts");
  expect(logged).not.toMatch(/hunter2|ada@|http:/);
});

test("PostgreSQL's words on bad or duplicate values are left out: they quote them", () => {
  const error = Object.assign(new Error('invalid input syntax for type uuid: "hunter2"'), {
    code: "22P02",
  });
  expect(JSON.stringify(redactor.error(error))).not.toContain("hunter2");
});

test.each([
  ["redis://bob:pa55@cache:6379/0 is away", "redis://[login]@cache:6379/0 is away"],
  ["mail to Ada.L+x@mail.example.org failed", "mail to [email] failed"],
  ["Authorization: Bearer abc.def-1", "Authorization: Bearer [token]"],
  ["token eyJhbGciOi.eyJzdWIi.c2ln refused", "token [token] refused"],
  ["card 4242 4242 4242 4242!", "card [card]!"],
  ["card=4111111111111111", "card=[card]"],
  ["order 01912345-6789-7012-8345-678901234567", "order 01912345-6789-7012-8345-678901234567"],
  ["took 1732194485123 of 99999999999999", "took 1732194485123 of 99999999999999"],
  ["order.created in 12 ms", "order.created in 12 ms"],
])("%s", (text, clean) => expect(scrub(text)).toBe(clean));
