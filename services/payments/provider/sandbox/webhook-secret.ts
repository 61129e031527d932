import { randomBytes } from "node:crypto";
import { link, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../../../../config/env";

/**
 * `SANDBOX_WEBHOOK_SECRET`, or one that is made at the first start and kept in the data folder for
 * its owner alone to read.
 */
export async function webhookSecret({ payments, dataDir }: Config): Promise<string> {
  if (payments.webhookSecret !== null) return payments.webhookSecret;
  const file = join(dataDir, "sandbox-webhook-secret");
  return (await readSecret(file)) ?? makeSecret(file);
}

async function makeSecret(file: string): Promise<string> {
  const secret = `whsec_${randomBytes(24).toString("hex")}`;
  const draft = `${file}.${randomBytes(4).toString("hex")}`;
  await writeFile(draft, `${secret}\n`, { mode: 0o600 });
  try {
    // Unlike a write, a link is there as a whole, and only once.
    await link(draft, file);
    return secret;
  } catch (error) {
    const other = await readSecret(file);
    if (other === null) throw error;
    return other;
  } finally {
    await rm(draft);
  }
}

async function readSecret(file: string): Promise<string | null> {
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}
