import type { ServiceSchema } from "moleculer";
import type { Runtime } from "../config/runtime";
import type { ServiceName } from "../contracts";
import { inventoryService } from "./inventory/inventory.service";
import { ordersService } from "./orders/orders.service";

type ServiceFactory = (runtime: Runtime) => ServiceSchema;

/** Every service of the shop, by the name that `SERVICES` and the contracts give it. */
export const services: Readonly<Partial<Record<ServiceName, ServiceFactory>>> = {
  inventory: inventoryService,
  orders: ordersService,
};
