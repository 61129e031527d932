import type { Database } from "../../lib/store/database";
import type { Shop } from "../../shop";

/** The database of a service that runs in this process, to look behind its actions. */
export function dbOf(shop: Shop, service: string): Database {
  // Moleculer types a service by what every service has; mixins/postgres.ts adds `db`.
  const found = shop.broker.getLocalService(service) as unknown as { db: Database } | null;
  if (!found) throw new Error(`${service} does not run here`);
  return found.db;
}
