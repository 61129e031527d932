import type { Reader } from "./reader";

export interface SandboxConfig {
  readonly provider: "sandbox";
  readonly webhookSecret: string | null;
}

export interface StripeConfig {
  readonly provider: "stripe";
  /** Empty where payments does not run, as the next ones. */
  readonly secretKey: string;
  /** Any of them signs webhooks: two while one replaces the other. */
  readonly webhookSecrets: readonly string[];
  readonly apiBase: string;
}

export type PaymentConfig = SandboxConfig | StripeConfig;

/** `required`: whether this process takes payments; one that does not holds no secrets of theirs. */
export function readPayments(read: Reader, { required }: { required: boolean }): PaymentConfig {
  const provider = read.oneOf("PAYMENT_PROVIDER", ["sandbox", "stripe"], "sandbox");
  const stripe = readStripe(read);
  switch (provider) {
    case "sandbox":
      return { provider, webhookSecret: read.text("SANDBOX_WEBHOOK_SECRET") };
    case "stripe":
      if (required) read.faults.push(...faultsOf(stripe));
      return { provider, ...stripe };
    default:
      return provider satisfies never;
  }
}

const LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]"];

function readStripe(read: Reader): Omit<StripeConfig, "provider"> {
  const apiBase = read.url("STRIPE_API_BASE", "https:", "http:") ?? "https://api.stripe.com";
  const { protocol, hostname, username, password } = new URL(apiBase);
  if (username || password) read.faults.push("STRIPE_API_BASE must not carry a login");
  if (protocol === "http:" && !LOCAL_HOSTS.includes(hostname)) {
    read.faults.push("STRIPE_API_BASE must begin with https://, for all hosts but localhost");
  }
  return {
    secretKey: read.text("STRIPE_SECRET_KEY") ?? "",
    webhookSecrets: read.list("STRIPE_WEBHOOK_SECRET"),
    apiBase,
  };
}

function faultsOf({ secretKey, webhookSecrets }: Omit<StripeConfig, "provider">): string[] {
  const faults: string[] = [];
  // A publishable key (pk_) can neither charge nor refund.
  if (!/^[sr]k_[\x21-\x7e]+$/.test(secretKey)) {
    faults.push("STRIPE_SECRET_KEY must be a secret (sk_…) or restricted key (rk_…) of Stripe");
  }
  const areSecrets = webhookSecrets.every((secret) => secret.startsWith("whsec_"));
  if (webhookSecrets.length === 0 || webhookSecrets.length > 2 || !areSecrets) {
    faults.push(
      "STRIPE_WEBHOOK_SECRET must be the webhook's signing secret (whsec_…), or the old and the new one by comma",
    );
  }
  return faults;
}
