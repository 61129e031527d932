import type { ServiceBroker } from "moleculer";
import { asService } from "./context";
import type { Caller } from "./types";

/** Typed calls that a service makes on its own account, outside of any request. */
export const callerOf = (broker: ServiceBroker, service: string): Caller => ({
  call: (name, params, options) => broker.call(name, params, { ...options, ...asService(service) }),
});
