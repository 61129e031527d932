import type { ServiceName } from "../../contracts";
import { fail } from "../../contracts/errors";
import type { Notification } from "../../contracts/notifications";
import type { EventEnvelope } from "../../lib/messaging/event";
import type { PostOffice } from "../../services/notifications/post-office";
import { published } from "./doubles";
import { dbOf } from "./service-db";
import { eventually, startTestShop, type TestShop } from "./shop";

export interface Person {
  readonly email: string;
  readonly name: string;
  readonly locale: string;
  readonly phone: string | null;
}

export const ALICE: Person = {
  email: "alice@example.com",
  name: "Alice",
  locale: "en",
  phone: null,
};

/** The people of a shop; whoever is not in it is Alice, and null is somebody who is gone. */
export class People {
  readonly #known = new Map<string, Person | null>();
  /** While it is, the users service answers nobody. */
  away = false;

  set(id: string, person: Partial<Person> | null): void {
    this.#known.set(id, person && { ...ALICE, ...person });
  }

  clear(): void {
    this.#known.clear();
  }

  readonly service = published("users", {
    contacts: ({ params }) => {
      if (this.away) throw fail("SERVICE_UNAVAILABLE");
      return (params.userIds as string[]).flatMap((id) => {
        const known = this.#known.get(id);
        return known === null ? [] : [{ id, ...(known ?? ALICE) }];
      });
    },
    page: ({ params }) => {
      if (this.away) throw fail("SERVICE_UNAVAILABLE");
      const after = typeof params.after === "string" ? params.after : "";
      const ids = [...this.#known.keys()].filter((id) => id > after).sort();
      return ids.slice(0, Number(params.limit));
    },
  });
}

/** A shop of the notifications service alone, for some people. */
export const startPostOffice = (
  people: People,
  env: Readonly<Record<string, string>> = {},
  services: readonly ServiceName[] = ["notifications"],
): Promise<TestShop> => startTestShop({ services, doubles: [people.service], env });

export async function tell(shop: TestShop, ...said: readonly EventEnvelope[]): Promise<void> {
  for (const event of said) await shop.runtime.transport.publish(event);
}

export const notificationsOf = async (shop: TestShop, userId: string): Promise<Notification[]> =>
  (await shop.call("notifications.mine", { limit: 100 }, { id: userId, roles: ["customer"] }))
    .items;

/** A user's notifications, newest first, once there are so many and none of them waits. */
export const settled = (shop: TestShop, userId: string, count: number): Promise<Notification[]> =>
  eventually(
    async () => {
      const items = await notificationsOf(shop, userId);
      return items.length >= count && items.every((item) => item.status !== "queued") && items;
    },
    { what: `${count} notifications to be settled` },
  );

/** What the last failed try of a user's notification left behind. */
export const tried = (shop: TestShop, userId: string) =>
  eventually(async () => {
    const [row] = await dbOf(shop, "notifications").query<{
      attempts: number;
      wait: number;
      last_error: string;
    }>(
      `SELECT attempts, extract(epoch FROM next_attempt_at - now())::int AS wait, last_error
       FROM notification WHERE user_id = $1 AND last_error IS NOT NULL`,
      [userId],
    );
    return row;
  });

/** The worker behind the service. */
export function officeOf(shop: TestShop): PostOffice {
  // Moleculer types a service by what every service has; notifications.service.ts adds `office`.
  const service = shop.broker.getLocalService("notifications") as unknown as { office: PostOffice };
  return service.office;
}

/** Makes what waits for another try due now, after so many tries that failed. */
export async function hasten(shop: TestShop, tries = 1): Promise<void> {
  await dbOf(shop, "notifications").query(
    "UPDATE notification SET next_attempt_at = now(), attempts = $1 WHERE status = 'queued'",
    [tries],
  );
  officeOf(shop).sender.wake();
}
