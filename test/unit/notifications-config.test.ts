import { createECDH } from "node:crypto";
import { expect, test } from "vitest";
import { ConfigError, readConfig } from "../../config/env";

const faultsOf = (env: Record<string, string>): readonly string[] => {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
};

test("links in mails lead to PUBLIC_URL, else to this machine", () => {
  expect(readConfig({ PUBLIC_URL: "https://shop.example/" }).publicUrl).toBe(
    "https://shop.example",
  );
  expect(readConfig({ PORT: "3001" }).publicUrl).toBe("http://localhost:3001");
});

test.each([
  "shop@souk.example",
  "shop@localhost",
  "Souk <shop@souk.example>",
  '"Souk, Inc." <s@x.yz>',
])("mails come from %s", (from) => expect(readConfig({ MAIL_FROM: from }).mailFrom).toBe(from));

test("a key of P-256 signs web push", () => {
  const pair = createECDH("prime256v1");
  pair.generateKeys();
  const key = Buffer.concat([Buffer.alloc(32), pair.getPrivateKey()])
    .subarray(-32)
    .toString("base64url");
  expect(readConfig({ VAPID_PRIVATE_KEY: key }).vapidPrivateKey).toBe(key);
});

test.each([
  ["PUBLIC_URL", "shop.example"],
  ["SMTP_URL", "localhost:25"],
  ["SMS_GATEWAY_URL", "sms.example"],
  ["MAIL_FROM", "Souk"],
  ["MAIL_FROM", "Souk shop@souk.example"],
  ["MAIL_FROM", "Souk <shop>"],
  ["MAIL_FROM", "Souk <a@b.example, c@d.example>"],
  ["MAIL_FROM", "Souk <shop@souk.example>\r\nBcc: x@y.example"],
  ["VAPID_PRIVATE_KEY", "c2VjcmV0"],
  ["VAPID_PRIVATE_KEY", "A".repeat(43)],
])("a faulty %s stops the start and does not show its value", (name, value) => {
  const faults = faultsOf({ [name]: value });
  expect(faults).toEqual([expect.stringContaining(name)]);
  expect(faults[0]).not.toContain(value);
});
