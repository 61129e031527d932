import { newId } from "../../../lib/ids";
import type { Queryable } from "../../../lib/store/database";

/** Money that moves between what the provider holds for us and what we sold. */
export interface Booking {
  readonly orderId: string;
  /** Unique for ever: `charge:<order>` or `refund:<refund>`. */
  readonly reference: string;
  /** Minor units towards the provider account; negative for a refund. */
  readonly amount: number;
  readonly currency: string;
}

export const chargeBooking = (orderId: string, amount: number, currency: string): Booking => ({
  orderId,
  reference: `charge:${orderId}`,
  amount,
  currency,
});

export const refundBooking = (
  orderId: string,
  refundId: string,
  amount: number,
  currency: string,
): Booking => ({ orderId, reference: `refund:${refundId}`, amount: -amount, currency });

/** Appends to the ledger; each booking has its two sides. */
export async function book(tx: Queryable, bookings: readonly Booking[]): Promise<void> {
  await tx.query(
    `WITH booking AS (
       SELECT * FROM json_to_recordset($1::json) AS b(id uuid, "orderId" uuid, reference text,
         amount bigint, currency text)
     ), made AS (
       INSERT INTO ledger_tx (tx_id, order_id, reference)
       SELECT id, "orderId", reference FROM booking
     )
     INSERT INTO ledger_entry (tx_id, account, amount, currency)
     SELECT id, account, CASE account WHEN 'provider' THEN amount ELSE -amount END, currency
     FROM booking, unnest(ARRAY['provider', 'sales']) AS account`,
    [JSON.stringify(bookings.map((booking) => ({ ...booking, id: newId() })))],
  );
}
