import type { Logger } from "moleculer";
import { hasCode, messageOf } from "../../lib/errors";
import { newId } from "../../lib/ids";
import type { ActionResult, Caller } from "../../lib/mesh/types";
import type { Database } from "../../lib/store/database";
import { Undeliverable, type Message } from "./channel/channel";
import type { Channels } from "./channel/channels";
import { MAX_TRIES, nextTry } from "./domain/next-try";
import {
  claimDue,
  insertNotification,
  markSent,
  markUnsent,
  type DueNotification,
} from "./store/notification-store";
import { compose } from "./templates";
import { toHtml, toText } from "./templates/layout";
import { localeOf, type Letter } from "./templates/letter";

/** So many at a time: each may be a connection to the mail server. */
const BATCH = 8;

export interface Desk {
  readonly db: Database;
  readonly caller: Caller;
  readonly channels: Channels;
  readonly logger: Pick<Logger, "warn">;
}

type Contact = ActionResult<"users.contact">;

/**
 * One round: sends what is due. A crash between sending and marking sends again after the lease: the
 * same file, or one more mail with the same Message-ID. False when there was nothing to do.
 */
export async function sendDue(desk: Desk): Promise<boolean> {
  const patience = Object.values(desk.channels).map((channel) => channel.patienceSeconds);
  const leaseSeconds = Math.max(...patience);
  const due = await claimDue(desk.db, { leaseSeconds, limit: BATCH });
  await Promise.all(due.map((notification) => sendOne(desk, notification)));
  return due.length > 0;
}

async function sendOne(desk: Desk, notification: DueNotification): Promise<void> {
  const { id, attempts } = notification;
  try {
    if (attempts > MAX_TRIES) throw new Undeliverable("the process died while sending it");
    const subject = await send(desk, notification);
    await markSent(desk.db, id, subject);
  } catch (error) {
    const reason = messageOf(error);
    const retryIn = error instanceof Undeliverable ? null : nextTry(attempts);
    desk.logger.warn(`notification ${id} is not sent, try ${attempts}: ${reason}`);
    await markUnsent(desk.db, id, { reason, retryIn });
  }
}

/** Resolves with the subject that was sent. */
async function send(desk: Desk, notification: DueNotification): Promise<string> {
  const channel = desk.channels[notification.channel];
  if (!channel) throw new Undeliverable(`there is no ${notification.channel} channel here`);
  const contact = await contactOf(desk.caller, notification.user_id);
  const letter = compose(notification.template, notification.facts, localeOf(contact.locale));
  if (channel.name === "email" && desk.channels.sms && letter.sms && contact.phone) {
    await queueSms(desk.db, notification, letter);
  }
  await channel.send(toMessage(notification, letter, contact));
  return letter.subject;
}

async function contactOf(caller: Caller, userId: string): Promise<Contact> {
  try {
    return await caller.call("users.contact", { userId });
  } catch (error) {
    if (hasCode(error, "NOT_FOUND")) throw new Undeliverable("the user is gone");
    throw error;
  }
}

/** Who has a phone is known only now; the key of the row keeps it one, however often we come by. */
const queueSms = (db: Database, mail: DueNotification, { subject }: Letter): Promise<void> =>
  insertNotification(db, {
    id: newId(),
    eventId: mail.event_id,
    userId: mail.user_id,
    orderId: mail.order_id,
    channel: "sms",
    template: mail.template,
    facts: mail.facts,
    subject,
  });

function toMessage(
  { id, channel, created_at: at }: DueNotification,
  letter: Letter,
  contact: Contact,
): Message {
  const { email, phone, locale } = contact;
  // People may write line breaks into their names; no line of a mail is theirs.
  const name = contact.name.replace(/\s+/g, " ").trim();
  const reader = { name, locale: localeOf(locale) };
  const { subject } = letter;
  switch (channel) {
    case "email":
      return {
        id,
        at,
        to: { name, address: email },
        subject,
        text: toText(letter, reader),
        html: toHtml(letter, reader),
      };
    case "sms":
      if (!phone || !letter.sms) throw new Undeliverable("there is no phone number any more");
      return { id, at, to: { name, address: phone }, subject, text: letter.sms, html: null };
    case "push":
      throw new Undeliverable("no device is registered for push");
    default:
      throw new Error(`unknown channel ${String(channel satisfies never)}`);
  }
}
