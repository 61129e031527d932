import { newId } from "../../lib/ids";
import type { Database } from "../../lib/store/database";
import { Undeliverable, type Message } from "./channel/channel";
import type { Desk } from "./desk";
import { isOffer, isWanted } from "./domain/preferences";
import type { Contact, Receiver } from "./find-receivers";
import type { DueNotification, Outcome } from "./store/delivery-store";
import { insertNotification } from "./store/notification-store";
import { localeOf, type Letter } from "./templates/letter";
import { writeMail, type WrittenMail } from "./templates/write-mail";

/** Writes a notification to its receiver and hands it over to its channel, if it is wanted. */
export async function deliver(
  { db, channels, unsubscribing }: Desk,
  notification: DueNotification,
  { contact, preferences }: Receiver,
): Promise<Outcome> {
  const { id, template, facts } = notification;
  const channel = channels[notification.channel];
  if (!channel) throw new Undeliverable(`there is no ${notification.channel} channel here`);
  const unsubscribeUrl = isOffer(template) ? unsubscribing.urlFor(contact.id) : undefined;
  const name = oneLine(contact.name);
  const reader = { name, locale: localeOf(contact.locale), unsubscribeUrl };
  const mail = writeMail(template, facts, reader);
  const wants = (way: Message["channel"]) => isWanted(preferences, template, way);
  const texts = channels.sms && mail.letter.sms && contact.phone && wants("sms");
  if (channel.name === "email" && texts) await queueSms(db, notification, mail.letter);
  if (!wants(channel.name)) return { id, status: "skipped", reason: "not wanted" };
  const message = toMessage(notification, mail, { ...contact, name });
  await channel.send({ ...message, unsubscribeUrl });
  return { id, status: "sent", subject: mail.letter.subject };
}

/** People may write line breaks into their names; no line of a mail is theirs. */
const oneLine = (name: string): string => name.replace(/\s+/g, " ").trim();

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
  { letter, text, html }: WrittenMail,
  { id: userId, name, email, phone }: Contact,
): Message {
  const { subject, sms, paragraphs } = letter;
  switch (channel) {
    case "email":
      return { id, channel, at, to: { name, address: email }, subject, text, html };
    case "sms":
      if (!phone || !sms) throw new Undeliverable("there is no phone number any more");
      return { id, channel, at, to: { name, address: phone }, subject, text: sms, html: null };
    case "push":
      return {
        id,
        channel,
        at,
        to: { name, address: userId },
        subject,
        text: sms ?? paragraphs[0] ?? subject,
        html: null,
      };
    default:
      throw new Error(`unknown channel ${String(channel satisfies never)}`);
  }
}
