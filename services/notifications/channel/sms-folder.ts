import type { Channel } from "./channel";
import { putFile } from "./folder";

/** Text messages as files in a folder. A gateway of a provider would be another Channel. */
export const smsFolder = (folder: string): Channel => ({
  name: "sms",
  send: ({ id, to, text }) => putFile(folder, `${id}.sms.txt`, `To: ${to.address}\n\n${text}\n`),
});
