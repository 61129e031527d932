import type { Runtime } from "../../../config/runtime";
import type { PaymentProvider } from "./payment-provider";
import { SandboxProvider } from "./sandbox/sandbox-provider";

/** The provider that `PAYMENT_PROVIDER` names. */
export function providerOf(runtime: Runtime): PaymentProvider {
  const { provider } = runtime.config.payments;
  switch (provider) {
    case "sandbox":
      return new SandboxProvider(runtime);
    case "stripe":
      throw new Error("there is no adapter for stripe; config/env.ts refuses it");
    default:
      throw new Error(`unknown provider ${String(provider satisfies never)}`);
  }
}
