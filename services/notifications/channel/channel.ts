import type { Notification } from "../../../contracts/notifications";

export type ChannelName = Notification["channel"];

export interface Message {
  /** The notification's id, constant over all tries: what a receiver may tell a repetition by. */
  readonly id: string;
  /** When the notification was made; constant as well. */
  readonly at: Date;
  readonly to: { readonly name: string; readonly address: string };
  readonly subject: string;
  readonly text: string;
  /** The same as an HTML page; null for a channel that cannot show one. */
  readonly html: string | null;
}

/** A way out of the house. */
export interface Channel {
  readonly name: ChannelName;
  /** By then one `send` has ended, well or badly: for so long nobody else tries the same message. */
  readonly patienceSeconds: number;
  /**
   * Resolves once the message is handed over. Rejects with Undeliverable when no other try can
   * succeed, with anything else when it may.
   */
  send(message: Message): Promise<void>;
}

/** The receiver does not exist, or wants nothing from us. */
export class Undeliverable extends Error {}
