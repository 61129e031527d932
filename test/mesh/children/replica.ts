// A node that stands in for inventory, slow or quick as its parent says: a process of its own, with the
// broker of the shop.
import { setTimeout as sleep } from "node:timers/promises";
import { readConfig } from "../../../config/env";
import { startShop } from "../../../shop";
import { published } from "../../support/doubles";

export type ToReplica = { readonly delayMs: number } | "report";
export interface FromReplica {
  readonly runs: number;
}

let delayMs = 0;
let runs = 0;
async function level({ params }: { params: Record<string, unknown> }): Promise<object> {
  runs += 1;
  if (delayMs > 0) await sleep(delayMs);
  return { sku: params.sku, onHand: 1, reserved: 0, available: 1 };
}
const adjusted: typeof level = async (ctx) => ({ answer: await level(ctx), replayed: false });

async function main(): Promise<void> {
  const config = { ...readConfig(), services: [] };
  const shop = await startShop(config, {
    extras: [published("inventory", { get: level, adjust: adjusted })],
  });
  process.on("SIGTERM", () => void shop.stop().then(() => process.exit(0)));
  process.on("message", (message: ToReplica) => {
    if (message !== "report") ({ delayMs } = message);
    process.send?.({ runs } satisfies FromReplica);
  });
  process.send?.({ runs });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
