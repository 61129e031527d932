import type { Runtime } from "../../../config/runtime";
import type { PaymentProvider } from "./payment-provider";
import { SandboxProvider } from "./sandbox/sandbox-provider";
import { StripeProvider } from "./stripe/stripe-provider";

/** The provider that `PAYMENT_PROVIDER` names. */
export function providerOf(runtime: Runtime): PaymentProvider {
  const { payments } = runtime.config;
  switch (payments.provider) {
    case "sandbox":
      return new SandboxProvider(runtime);
    case "stripe":
      return new StripeProvider(payments);
    default:
      throw new Error(`unknown provider ${String(payments satisfies never)}`);
  }
}
