import { invalidField } from "../../../contracts/errors";
import type { BulkMail } from "../../../contracts/notifications";
import { newId } from "../../../lib/ids";
import type { User } from "../../../lib/mesh/types";
import type { Database } from "../../../lib/store/database";
import { answerOnce, keyedRequest } from "../../../mixins/keyed-request";
import { insertBulk, insertReceivers, type NewBulk } from "../store/bulk-store";
import { compose } from "../templates";

type Content = Pick<NewBulk, "template" | "facts" | "subject">;

/** Own words or a template's: one of them, and whole. */
function contentOf({ template, subject, text, html }: BulkMail): Content {
  if (template !== undefined) {
    if ((subject ?? text ?? html) !== undefined) {
      throw invalidField("/template", "comes with its own subject, text and html");
    }
    return { template, facts: {}, subject: compose(template, {}, "en").subject };
  }
  if (subject === undefined) throw invalidField("/subject", "is needed without a template");
  if (text === undefined) throw invalidField("/text", "is needed without a template");
  return { template: "announcement", facts: { subject, text, html }, subject };
}

/** Writes the job down, once for each key. Receivers that are listed come with it, all customers are collected later. */
export async function startBulk(
  db: Database,
  user: User,
  mail: BulkMail,
): Promise<{ answer: { bulkId: string }; replayed: boolean }> {
  const { audience, ratePerMinute } = mail;
  const bulk: NewBulk = { id: newId(), ...contentOf(mail), ratePerMinute, createdBy: user.id };
  const request = keyedRequest("startBulk", { user, params: mail });
  return db.transaction((tx) =>
    answerOnce(tx, request, async () => {
      await insertBulk(tx, bulk, { collected: audience !== "all-customers" });
      if (audience !== "all-customers") await insertReceivers(tx, bulk.id, audience);
      return { bulkId: bulk.id };
    }),
  );
}
