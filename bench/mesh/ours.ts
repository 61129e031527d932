/**
 * One node of the shop for bench:mesh: `ours.ts gateway`, or `ours.ts services`, which answers
 * `catalog.get` from memory, as the peers' services do, behind everything else that a node has.
 */
import { readFileSync } from "node:fs";
import type { ServiceSchema } from "moleculer";
import { readConfig } from "../../config/env";
import type { Product } from "../../contracts/catalog";
import { accessTokenSigner } from "../../lib/mesh/access-token";
import { startShop } from "../../shop";

type Handler = (ctx: { params: { idOrSlug: string } }) => Promise<unknown>;

const service = (name: string, action: string, handler: Handler): ServiceSchema => ({
  name,
  actions: { [action]: { visibility: "published", handler: handler as never } },
});

async function main(): Promise<void> {
  const [, , role, productFile = ""] = process.argv;
  const config = readConfig();
  if (role === "gateway") {
    const { announcements } = await startShop({ ...config, services: ["gateway"] });
    console.log(announcements.join("\n"));
    return;
  }
  // The gateway checks access tokens with the key set that `users` hands out.
  const tokens = await accessTokenSigner(config.jwtPrivateKey ?? "");
  const sample = JSON.parse(readFileSync(productFile, "utf8")) as Product;
  const extras = [
    service("catalog", "get", async ({ params }) => ({ ...sample, slug: params.idOrSlug })),
    service("users", "jwks", async () => tokens.keySet),
  ];
  await startShop({ ...config, services: [] }, { extras });
  const user = { id: sample.id, roles: ["customer"] };
  console.log(`token ${await tokens.sign(user)}`);
}

void main();
