import type { ServiceName } from "../../contracts";
import type { ServiceFactory } from "../../services";
import { cartsService } from "../../services/carts/carts.service";
import { catalogService } from "../../services/catalog/catalog.service";
import { gatewayService } from "../../services/gateway/gateway.service";
import { inventoryService } from "../../services/inventory/inventory.service";
import { notificationsService } from "../../services/notifications/notifications.service";
import { operationsService } from "../../services/operations/operations.service";
import { ordersService } from "../../services/orders/orders.service";
import { paymentsService } from "../../services/payments/payments.service";
import { reportsService } from "../../services/reports/reports.service";
import { searchService } from "../../services/search/search.service";
import { shippingService } from "../../services/shipping/shipping.service";
import { usersService } from "../../services/users/users.service";

/** Imported at once: vitest compiles what is imported, and not what `services/index.ts` requires. */
export const allServices: Readonly<Record<ServiceName, ServiceFactory>> = {
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
