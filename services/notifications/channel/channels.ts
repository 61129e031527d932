import { join } from "node:path";
import type { Config } from "../../../config/env";
import type { Channel, ChannelName } from "./channel";
import { fileEmail, smtpEmail } from "./email";
import { Mailbox } from "./mailbox";
import { smsFolder } from "./sms-folder";
import { smsGateway } from "./sms-gateway";
import { webPush, type WebPushOptions } from "./web-push";

export type Channels = Readonly<Partial<Record<ChannelName, Channel>>>;

/**
 * The ways out that are configured. Without a mail server the mailbox folder stands for the world;
 * with one, only what really leaves the house is offered, so no text messages without a gateway.
 */
export function channelsOf(config: Config, push: WebPushOptions): Channels {
  const { smtpUrl, smsGatewayUrl, mailFrom, dataDir } = config;
  const mailbox = new Mailbox(join(dataDir, "mailbox"));
  const sms = smsGatewayUrl ? smsGateway(smsGatewayUrl) : smtpUrl ? null : smsFolder(mailbox);
  return {
    email: smtpUrl ? smtpEmail(smtpUrl, mailFrom) : fileEmail(mailbox, mailFrom),
    ...(sms ? { sms } : {}),
    push: webPush(push),
  };
}
