import { createTransport, type SendMailOptions } from "nodemailer";
import { Undeliverable, type Channel, type Message } from "./channel";
import { putFile } from "./folder";

/** An RFC 5322 message; every try makes the same one. */
const toMail = (message: Message, from: string): SendMailOptions => ({
  from,
  to: { name: message.to.name, address: message.to.address },
  subject: message.subject,
  text: message.text,
  ...(message.html === null ? {} : { html: message.html }),
  date: message.at,
  messageId: `<${message.id}@souk>`,
  headers: { "Auto-Submitted": "auto-generated" },
  baseBoundary: message.id,
  disableFileAccess: true,
  disableUrlAccess: true,
});

/** Mail as `.eml` files in a folder, for a shop that has no mail server. */
export function fileEmail(folder: string, from: string): Channel {
  const composer = createTransport({ streamTransport: true, buffer: true, newline: "windows" });
  return {
    name: "email",
    patienceSeconds: 10,
    async send(message) {
      const { message: mail } = await composer.sendMail(toMail(message, from));
      // `buffer: true` promises it.
      await putFile(folder, `${message.id}.eml`, mail as Buffer);
    },
  };
}

/** Mail by the SMTP server of `url`. */
export function smtpEmail(url: string, from: string): Channel {
  const transport = createTransport({
    url,
    dnsTimeout: 5_000,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 30_000,
  });
  return {
    name: "email",
    patienceSeconds: 120,
    async send(message) {
      try {
        await transport.sendMail(toMail(message, from));
      } catch (error) {
        throw isRefusal(error) ? new Undeliverable(error.message, { cause: error }) : error;
      }
    },
  };
}

/** Whether the server refuses this sender or receiver for good: a 5xx answer to the envelope. */
const isRefusal = (error: unknown): error is Error =>
  error instanceof Error &&
  "code" in error &&
  error.code === "EENVELOPE" &&
  "responseCode" in error &&
  Number(error.responseCode) >= 500;
