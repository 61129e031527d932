import type { Channel } from "./channel";
import type { Mailbox } from "./mailbox";

/** Text messages as files in a folder. A gateway of a provider would be another Channel. */
export const smsFolder = (mailbox: Mailbox): Channel => ({
  name: "sms",
  send: ({ id, to, text }) => mailbox.put(`${id}.sms.txt`, `To: ${to.address}\n\n${text}\n`),
});
