// `npm run cluster`: compiles what changed, then runs each service as a process of its own on this
// machine, against the servers of NATS_URL, POSTGRES_URL, MONGO_URL and REDIS_URL.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

if (Number(process.versions.node.split(".")[0]) < 22) {
  console.error("Souk runs on Node 22 or newer; `npm run cluster` brings its own.");
  process.exit(1);
}

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
await import("./build.mjs");
const { default: cluster } = await import(join(root, "dist/scripts/cluster/run-cluster.js"));
await cluster.runCluster({ root, args: process.argv.slice(2), env: process.env });
