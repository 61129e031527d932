/**
 * One node of the shop for bench:mesh, compiled as `npm start` runs it: `ours.mjs gateway`, or
 * `ours.mjs services`, which answers `catalog.get` from memory, as the peers' services do, behind
 * everything else that a node has.
 */
import { readFileSync } from "node:fs";
import { readConfig } from "../../dist/config/env.js";
import { accessTokenSigner } from "../../dist/lib/mesh/access-token.js";
import { startShop } from "../../dist/shop.js";

const service = (name, action, handler) => ({
  name,
  actions: { [action]: { visibility: "published", handler } },
});

async function startGateway(config) {
  const { announcements } = await startShop({ ...config, services: ["gateway"] });
  console.log(announcements.join("\n"));
}

async function startServices(config, productFile) {
  // The gateway checks access tokens with the key set that `users` hands out.
  const tokens = await accessTokenSigner(config.jwtPrivateKey ?? "");
  const sample = JSON.parse(readFileSync(productFile, "utf8"));
  const extras = [
    service("catalog", "get", async ({ params }) => ({ ...sample, slug: params.idOrSlug })),
    service("users", "jwks", async () => tokens.keySet),
  ];
  await startShop({ ...config, services: [] }, { extras });
  const user = { id: sample.id, roles: ["customer"] };
  console.log(`token ${await tokens.sign(user)}`);
}

const [, , role, productFile] = process.argv;
await (role === "gateway" ? startGateway(readConfig()) : startServices(readConfig(), productFile));
