import { expect, test } from "vitest";
import { ConfigError, readConfig } from "../../config/env";

const STRIPE = {
  PAYMENT_PROVIDER: "stripe",
  STRIPE_SECRET_KEY: "sk_test_key",
  STRIPE_WEBHOOK_SECRET: "whsec_secret",
};

const faultsOf = (env: Record<string, string>): readonly string[] => {
  try {
    readConfig({ ...STRIPE, ...env });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
};

test("Stripe takes payments where its key and its webhook's secret are known", () => {
  expect(readConfig(STRIPE).payments).toEqual({
    provider: "stripe",
    secretKey: "sk_test_key",
    webhookSecrets: ["whsec_secret"],
    apiBase: "https://api.stripe.com",
  });
});

test("without Stripe the sandbox takes them, whatever else is set", () => {
  expect(readConfig({ ...STRIPE, PAYMENT_PROVIDER: "sandbox" }).payments).toEqual({
    provider: "sandbox",
    webhookSecret: null,
  });
  expect(readConfig({}).payments.provider).toBe("sandbox");
});

test.each(["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"])(
  "a start without %s fails, and names it",
  (name) => {
    expect(faultsOf({ [name]: "" })).toEqual([expect.stringContaining(name)]);
  },
);

test("a start names all that is missing", () => {
  expect(faultsOf({ STRIPE_SECRET_KEY: "", STRIPE_WEBHOOK_SECRET: "" })).toHaveLength(2);
});

test.each([
  ["STRIPE_SECRET_KEY", "pk_live_public"],
  ["STRIPE_SECRET_KEY", "sk_live with a space"],
  ["STRIPE_WEBHOOK_SECRET", "sk_live_mixed_up"],
  ["STRIPE_WEBHOOK_SECRET", "whsec_1,whsec_2,whsec_3"],
  ["STRIPE_API_BASE", "http://stripe.example"],
  ["STRIPE_API_BASE", "stripe.example"],
  ["STRIPE_API_BASE", "https://user:hidden@stripe.example"],
  ["PAYMENT_PROVIDER", "paypal"],
])("a faulty %s stops the start and does not show its value", (name, value) => {
  const faults = faultsOf({ [name]: value });
  expect(faults).toEqual([expect.stringContaining(name)]);
  expect(faults[0]).not.toContain(value);
});

test("two secrets are good while one replaces the other, and plain HTTP on this machine", () => {
  const env = { STRIPE_WEBHOOK_SECRET: "whsec_old, whsec_new" };
  expect(readConfig({ ...STRIPE, ...env }).payments).toMatchObject({
    webhookSecrets: ["whsec_old", "whsec_new"],
  });
  for (const apiBase of ["http://localhost:12111", "http://127.0.0.1:1", "http://[::1]:1"]) {
    expect(faultsOf({ STRIPE_API_BASE: apiBase })).toEqual([]);
  }
});

test("a node without payments needs none of its secrets", () => {
  const env = {
    NATS_URL: "nats://localhost:4222",
    MESH_KEY: "k".repeat(32),
    SERVICES: "orders",
    POSTGRES_URL: "postgres://localhost",
    STRIPE_SECRET_KEY: "",
    STRIPE_WEBHOOK_SECRET: "",
  };
  expect(faultsOf(env)).toEqual([]);
  expect(faultsOf({ ...env, SERVICES: "payments" })).toHaveLength(2);
});

test("nothing is broken on purpose where Stripe takes payments", () => {
  const faults = faultsOf({
    FAULTS: "a=kill9",
    FAULTS_TOKEN: "this shop may be broken on purpose",
  });
  expect(faults).toEqual([expect.stringMatching(/^FAULTS is for tests.*payment provider/)]);
});
