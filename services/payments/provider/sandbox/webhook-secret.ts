import { randomBytes } from "node:crypto";
import type { SandboxConfig } from "../../../../config/payments";
import type { Database } from "../../../../lib/store/database";

/**
 * `SANDBOX_WEBHOOK_SECRET`, or one that is made at the first start and kept in the sandbox's
 * database: the same on every node, whichever of them a webhook reaches.
 */
export function webhookSecretOf(
  { webhookSecret }: SandboxConfig,
  open: () => Promise<Database>,
): () => Promise<string> {
  let known = webhookSecret;
  return async () => (known ??= await keptSecret(await open()));
}

async function keptSecret(db: Database): Promise<string> {
  const made = `whsec_${randomBytes(24).toString("hex")}`;
  await db.query("INSERT INTO webhook_secret (value) VALUES ($1) ON CONFLICT DO NOTHING", [made]);
  const [row] = await db.query<{ value: string }>("SELECT value FROM webhook_secret");
  if (!row) throw new Error("the sandbox's webhook secret is gone");
  return row.value;
}
