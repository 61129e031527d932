import type { ServiceSchema } from "moleculer";
import type { Runtime } from "../config/runtime";
import type { ServiceName } from "../contracts";

/** Every service of the shop, by the name that `SERVICES` and the contracts give it. */
export const services: Partial<Readonly<Record<ServiceName, (runtime: Runtime) => ServiceSchema>>> =
  {};
