import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Redis } from "ioredis";
import { parseChanges } from "../../lib/embedded/change-lines";
import type { InboxRecord } from "../../lib/messaging/inbox-records";
import type { Source } from "./source";

/** The inbox of carts, which keeps what is under way and what failed. */
const source = (records: () => Promise<readonly InboxRecord[]>): Source => ({
  underWay: async () => {
    const open = (await records()).filter(
      ({ status }) => status === "begun" || status === "parked",
    );
    return open.length > 0 ? [`carts: ${open.length} events begun or parked`] : [];
  },
  dead: async () => (await records()).filter(({ status }) => status === "dead"),
});

export const cartsFile = (dataDir: string): Source =>
  source(async () => {
    const file = join(dataDir, "carts", "inbox.log");
    const content = await readFile(file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
      return Buffer.alloc(0);
    });
    // A shop that runs may be in the middle of a line.
    const whole = content.subarray(0, content.lastIndexOf(0x0a) + 1);
    return [...parseChanges<InboxRecord>(whole).values.values()];
  });

export const cartsRedis = (url: string, namespace: string): Source =>
  source(async () => {
    const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 1 });
    // What it says is in the error of the command, too.
    redis.on("error", () => undefined);
    try {
      await redis.connect();
      const texts = await redis.hvals(`${namespace}:carts:inbox`);
      // It is what RedisInboxRecords wrote.
      return texts.map((text) => JSON.parse(text) as InboxRecord);
    } finally {
      redis.disconnect();
    }
  });
