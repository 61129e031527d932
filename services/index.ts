import { createRequire } from "node:module";
import type { ServiceSchema } from "moleculer";
import type { Runtime } from "../config/runtime";
import type { ServiceName } from "../contracts";

export type ServiceFactory = (runtime: Runtime) => ServiceSchema;

const load = createRequire(__filename);

/**
 * What `<name>/<name>.service` exports as `<name>Service`. Loaded when asked for, so that a process
 * takes the time and memory of the services that it runs.
 */
export function serviceOf(name: ServiceName): ServiceFactory {
  // By the convention above; a test starts every service by it.
  const module = load(`./${name}/${name}.service`) as Record<string, ServiceFactory | undefined>;
  const factory = module[`${name}Service`];
  if (!factory) throw new Error(`services/${name} exports no ${name}Service`);
  return factory;
}
