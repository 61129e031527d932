import type { ServiceSchema } from "moleculer";
import type { Runtime } from "../config/runtime";
import type { ServiceName } from "../contracts";
import { cartsService } from "./carts/carts.service";
import { catalogService } from "./catalog/catalog.service";
import { gatewayService } from "./gateway/gateway.service";
import { inventoryService } from "./inventory/inventory.service";
import { notificationsService } from "./notifications/notifications.service";
import { operationsService } from "./operations/operations.service";
import { ordersService } from "./orders/orders.service";
import { paymentsService } from "./payments/payments.service";
import { reportsService } from "./reports/reports.service";
import { searchService } from "./search/search.service";
import { shippingService } from "./shipping/shipping.service";
import { usersService } from "./users/users.service";

type ServiceFactory = (runtime: Runtime) => ServiceSchema;

/** Every service of the shop, by the name that `SERVICES` and the contracts give it. */
export const services: Readonly<Partial<Record<ServiceName, ServiceFactory>>> = {
  carts: cartsService,
  catalog: catalogService,
  gateway: gatewayService,
  inventory: inventoryService,
  notifications: notificationsService,
  operations: operationsService,
  orders: ordersService,
  payments: paymentsService,
  reports: reportsService,
  search: searchService,
  shipping: shippingService,
  users: usersService,
};
