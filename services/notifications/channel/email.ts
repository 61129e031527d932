import { createTransport, type SendMailOptions } from "nodemailer";
import { Undeliverable, type Channel, type Message } from "./channel";
import type { Mailbox } from "./mailbox";

/** An RFC 5322 message; every try makes the same one. */
const toMail = (message: Message, from: string): SendMailOptions => ({
  from,
  to: { name: message.to.name, address: message.to.address },
  subject: message.subject,
  text: message.text,
  ...(message.html === null ? {} : { html: message.html }),
  date: message.at,
  messageId: `<${message.id}@souk>`,
  headers: {
    "Auto-Submitted": "auto-generated",
    ...(message.unsubscribeUrl
      ? {
          "List-Unsubscribe": `<${message.unsubscribeUrl}>`,
          "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
      : {}),
  },
  baseBoundary: message.id,
  disableFileAccess: true,
  disableUrlAccess: true,
});

/** Mail as `.eml` files in a folder, for a shop that has no mail server. */
export function fileEmail(mailbox: Mailbox, from: string): Channel {
  const composer = createTransport({ streamTransport: true, buffer: true, newline: "windows" });
  return {
    name: "email",
    async send(message) {
      const { message: mail } = await composer.sendMail(toMail(message, from));
      // `buffer: true` promises it.
      await mailbox.put(`${message.id}.eml`, mail as Buffer);
    },
  };
}

/** Connections to the mail server at a time; each carries many mails. */
const CONNECTIONS = 8;

/** Mail by the SMTP server of `url`. */
export function smtpEmail(url: string, from: string): Channel {
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: CONNECTIONS,
    // When to try again is decided by the queue in the database, nowhere else.
    maxRequeues: 0,
    dnsTimeout: 5_000,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
  });
  return {
    name: "email",
    async send(message) {
      try {
        await transport.sendMail(toMail(message, from));
      } catch (error) {
        throw isRefusal(error) ? new Undeliverable(error.message, { cause: error }) : error;
      }
    },
    close: () => transport.close(),
  };
}

/**
 * Whether the server refuses this receiver or this message for good: a 5xx answer to either. The
 * same answer to our login or our own address is a fault of the shop's, which somebody will mend.
 */
const isRefusal = (error: unknown): error is Error =>
  error instanceof Error &&
  "command" in error &&
  (error.command === "RCPT TO" || error.command === "DATA") &&
  "responseCode" in error &&
  Number(error.responseCode) >= 500;
