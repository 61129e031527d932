import { join } from "node:path";
import type { Config } from "../../../config/env";
import type { Channel, ChannelName } from "./channel";
import { fileEmail, smtpEmail } from "./email";
import { smsFolder } from "./sms-folder";

export type Channels = Readonly<Partial<Record<ChannelName, Channel>>>;

/**
 * The ways out that are configured. Without a mail server the mailbox folder stands for the world;
 * with one, only what really leaves the house is offered: there is no SMS or push gateway yet.
 */
export function channelsOf({ smtpUrl, mailFrom, dataDir }: Config): Channels {
  if (smtpUrl) return { email: smtpEmail(smtpUrl, mailFrom) };
  const mailbox = join(dataDir, "mailbox");
  return { email: fileEmail(mailbox, mailFrom), sms: smsFolder(mailbox) };
}
