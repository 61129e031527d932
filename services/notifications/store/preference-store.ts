import type { NotificationPreferences } from "../../../contracts/notifications";
import type { Queryable } from "../../../lib/store/database";
import { defaultPreferences } from "../domain/preferences";

interface PreferenceRow {
  readonly user_id: string;
  readonly email_order_updates: boolean;
  readonly email_marketing: boolean;
  readonly sms_order_updates: boolean;
  readonly push_order_updates: boolean;
}

const COLUMNS =
  "user_id, email_order_updates, email_marketing, sms_order_updates, push_order_updates";

const toPreferences = (row: PreferenceRow): NotificationPreferences => ({
  email: { orderUpdates: row.email_order_updates, marketing: row.email_marketing },
  sms: { orderUpdates: row.sms_order_updates },
  push: { orderUpdates: row.push_order_updates },
});

/** What those of some users want who ever chose, by user id. */
export async function findPreferences(
  db: Queryable,
  userIds: readonly string[],
): Promise<Map<string, NotificationPreferences>> {
  const rows = await db.query<PreferenceRow>(
    `SELECT ${COLUMNS} FROM preference WHERE user_id = ANY ($1)`,
    [userIds],
  );
  return new Map(rows.map((row) => [row.user_id, toPreferences(row)]));
}

export type PreferenceChange = {
  readonly [C in keyof NotificationPreferences]?: Partial<NotificationPreferences[C]>;
};

/** Changes what is given and leaves the rest, also against a change of the same moment. */
export async function changePreferences(
  db: Queryable,
  userId: string,
  change: PreferenceChange,
): Promise<NotificationPreferences> {
  const { email, sms, push } = defaultPreferences;
  const [row] = await db.query<PreferenceRow>(
    `INSERT INTO preference AS p (${COLUMNS})
     VALUES ($1, coalesce($2, $6::bool), coalesce($3, $7::bool),
       coalesce($4, $8::bool), coalesce($5, $9::bool))
     ON CONFLICT (user_id) DO UPDATE SET
       email_order_updates = coalesce($2, p.email_order_updates),
       email_marketing = coalesce($3, p.email_marketing),
       sms_order_updates = coalesce($4, p.sms_order_updates),
       push_order_updates = coalesce($5, p.push_order_updates)
     RETURNING ${COLUMNS}`,
    [
      userId,
      change.email?.orderUpdates,
      change.email?.marketing,
      change.sms?.orderUpdates,
      change.push?.orderUpdates,
      email.orderUpdates,
      email.marketing,
      sms.orderUpdates,
      push.orderUpdates,
    ],
  );
  if (!row) throw new Error("an upsert returned no row");
  return toPreferences(row);
}
