// Prints an environment file with a new value for every secret that the shop cannot do without:
//   node deploy/new-secrets.mjs > .env        (Compose; or kubectl create secret … --from-env-file=.env)
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";

// Begins with a letter: NATS reads a value that begins with a digit as a number.
const password = () => `p${randomBytes(24).toString("hex")}`;
const { privateKey } = generateKeyPairSync("ed25519");
const pem = privateKey.export({ format: "pem", type: "pkcs8" }).trim();

// The users of NATS, as its configuration names their passwords.
const users = readFileSync(new URL("nats/users.conf", import.meta.url), "utf8");
const natsPasswords = [...users.matchAll(/password: \$(\w+)/g)].map(([, name]) => name);

const secrets = {
  ...Object.fromEntries(natsPasswords.map((name) => [name, password()])),
  MESH_KEY: password(),
  POSTGRES_PASSWORD: password(),
  MONGO_PASSWORD: password(),
  MONGO_KEYFILE: randomBytes(512).toString("base64"),
  REDIS_PASSWORD: password(),
  // On one line: an environment file has no other way that Compose and kubectl both read.
  JWT_PRIVATE_KEY: pem.replaceAll("\n", "\\n"),
  SANDBOX_WEBHOOK_SECRET: password(),
  ADMIN_EMAIL: "admin@shop.example",
  ADMIN_PASSWORD: password(),
};
for (const [name, value] of Object.entries(secrets)) console.log(`${name}=${value}`);
