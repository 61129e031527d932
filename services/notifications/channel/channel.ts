import type { Notification } from "../../../contracts/notifications";

export type ChannelName = Notification["channel"];

export interface Message {
  /** The notification's id, constant over all tries: what a receiver may tell a repetition by. */
  readonly id: string;
  readonly channel: ChannelName;
  /** When the notification was made; constant as well. */
  readonly at: Date;
  /** The address is a mail address, a phone number or, for push, the user's id. */
  readonly to: { readonly name: string; readonly address: string };
  readonly subject: string;
  readonly text: string;
  /** The same as an HTML page; null for a channel that cannot show one. */
  readonly html: string | null;
  /** Takes a POST that ends mails like this one, without a question asked (RFC 8058). */
  readonly unsubscribeUrl?: string | undefined;
}

/** A way out of the house. */
export interface Channel {
  readonly name: ChannelName;
  /**
   * Resolves once the message is handed over, and ends, well or badly, in bounded time. Rejects with
   * Undeliverable when no other try can succeed, with anything else when it may.
   */
  send(message: Message): Promise<void>;
  /** Lets go of what it keeps open between messages. */
  close?(): void;
}

/** The receiver does not exist, or wants nothing from us. */
export class Undeliverable extends Error {}
