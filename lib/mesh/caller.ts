import type { ServiceBroker } from "moleculer";
import { signerOf } from "./signed-context";
import type { Caller } from "./types";

/** Typed calls that a service makes on its own account: no person stands behind them. */
export const callerOf = (broker: ServiceBroker, service: string): Caller => ({
  call: (name, params, options) => {
    const headers = signerOf(broker).headersFor({ user: null, service, action: name });
    return broker.call(name, params, { ...options, headers });
  },
});
