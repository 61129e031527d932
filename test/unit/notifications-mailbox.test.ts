import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { newId } from "../../lib/ids";
import { smsFolder } from "../../services/notifications/channel/sms-folder";
import { Mailbox } from "../../services/notifications/channel/mailbox";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "souk-mailbox-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

const send = async (mailbox: Mailbox): Promise<string> => {
  const id = newId();
  const to = { name: "Ada", address: "+15550100" };
  const message = { id, channel: "sms", at: new Date(), to, subject: "", html: null } as const;
  await smsFolder(mailbox).send({ ...message, text: "It is on its way." });
  return `${id}.sms.txt`;
};

test("holds the newest messages, also of what a process before has left", async () => {
  const names: string[] = [];
  for (let process = 0; process < 3; process++) {
    const mailbox = new Mailbox(folder, 40);
    for (let i = 0; i < 50; i++) names.push(await send(mailbox));
  }
  const kept = (await readdir(folder)).sort();
  expect(kept.length).toBeGreaterThanOrEqual(40);
  expect(kept.length).toBeLessThanOrEqual(42);
  expect(kept).toEqual(names.slice(-kept.length));
});

test("a folder that was removed is made again", async () => {
  const mailbox = new Mailbox(folder, 40);
  await send(mailbox);
  await rm(folder, { recursive: true });
  const name = await send(mailbox);
  expect(await readdir(folder)).toEqual([name]);
  expect(await readFile(join(folder, name), "utf8")).toContain("on its way");
});
