/**
 * One read through a gateway to a service in another process, side by side with the designs that
 * people copy and with NestJS over NATS: `npm run bench:mesh -- --rounds 3 --seconds 5`.
 * Needs `wrk` and `nats-server` on the PATH. The peers are installed beside this file on first use.
 */
import { execFile, execFileSync, spawn, type ChildProcess } from "node:child_process";
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { newId } from "../../lib/ids";
import { NatsServer } from "../../test/support/nats-server";
import { percentile } from "../support/statistics";

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "5" },
    connections: { type: "string", default: "64" },
  },
});
const peers = join(__dirname, "peers");

interface Design {
  readonly name: string;
  readonly url: string;
  readonly headers: readonly string[];
  /** Every request another product, so that no cache can answer; or always the same. */
  readonly slugs: "different" | "same";
}

/** Requests a second, and the 99th percentile in ms. */
interface Round {
  readonly rate: number;
  readonly p99: number;
}

const children: ChildProcess[] = [];

/** Starts a process and resolves to what follows `word` on its first line that has it. */
function start(word: string, args: readonly string[], env: Record<string, string>) {
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "inherit"],
    env: { PATH: process.env.PATH, NODE_ENV: "production", ...env },
  });
  children.push(child);
  return new Promise<string>((resolve, reject) => {
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      const found = new RegExp(`${word} (\\S+)`).exec(output);
      if (found?.[1]) resolve(found[1].replace("localhost", "127.0.0.1"));
    });
    child.once("exit", (code) => reject(new Error(`${args.join(" ")} ended with ${code}`)));
  });
}

async function startOurs(natsUrl: string, folder: string, productFile: string) {
  // ts-node's compiler and what it loads (Node's REPL, and with it domains) would run along.
  execFileSync(process.execPath, [join(__dirname, "../../scripts/build.mjs")], {
    stdio: "inherit",
  });
  const { privateKey } = generateKeyPairSync("ed25519");
  const env = {
    NATS_URL: natsUrl,
    // Of the gateway's configuration, which asks for no database.
    SERVICES: "gateway",
    NAMESPACE: `b${randomUUID().slice(0, 8)}`,
    JWT_PRIVATE_KEY: privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
    DATA_DIR: folder,
    PORT: "0",
    HOST: "127.0.0.1",
    METRICS_PORT: "0",
    RATE_LIMIT: "off",
    LOG_LEVEL: "error",
  };
  const node = join(__dirname, "ours.mjs");
  const token = await start("token", [node, "services", productFile], env);
  const url = await start("shop:", [node, "gateway"], env);
  await until(() => fetch(`${url}/api/v1/products/ready`).then(({ ok }) => ok));
  return { url, token };
}

async function startPeers(natsUrl: string, productFile: string) {
  const env = { PRODUCT_FILE: productFile, NATS_URL: natsUrl };
  const peer = (file: string, more: Record<string, string> = {}) =>
    start("listening on", [join(peers, file)], { ...env, ...more });
  const service = { SERVICE_URL: await peer("express-service.mjs") };
  for (const kind of ["nest", "nats", "moleculer"]) await peer(`${kind}-service.mjs`);
  return {
    axios: await peer("express-axios.mjs", service),
    proxy: await peer("express-proxy.mjs", service),
    nest: await peer("nest-gateway.mjs"),
    nats: await peer("nats-gateway.mjs"),
    moleculer: await peer("moleculer-gateway.mjs"),
  };
}

async function until(probe: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await probe().catch(() => false)); tries++) {
    if (tries > 100) throw new Error("the shop does not answer");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const run = promisify(execFile);

async function load(design: Design, script: string): Promise<Round> {
  const { stdout } = await run("wrk", [
    ...["-t1", `-c${options.connections}`, `-d${options.seconds}s`, "--latency"],
    ...design.headers.flatMap((header) => ["-H", header]),
    ...(design.slugs === "different" ? ["-s", script] : []),
    `${design.url}/api/v1/products/a-product`,
  ]);
  // Slow answers of a peer that drowns are its result; wrong ones would be no comparison.
  const bad = /Non-2xx or 3xx responses: \d+/.exec(stdout);
  if (bad) throw new Error(`${design.name}: ${bad[0]}`);
  const rate = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
  const [, value, unit] = /99%\s+([\d.]+)(us|ms|s)/.exec(stdout) ?? [];
  const p99 = Number(value) * { us: 0.001, ms: 1, s: 1000 }[unit as "us" | "ms" | "s"];
  return { rate, p99 };
}

const median = (values: readonly number[]): number => percentile(values, 0.5);

async function compare(designs: readonly Design[], script: string): Promise<void> {
  const rounds = new Map<Design, Round[]>(designs.map((design) => [design, []]));
  // Round by round, so that what else the machine does falls on all alike; the first one warms up.
  for (let round = 0; round <= Number(options.rounds); round++) {
    for (const design of designs) {
      const result = await load(design, script);
      if (round > 0) rounds.get(design)?.push(result);
    }
  }
  const rateOf = (design: Design) => median((rounds.get(design) ?? []).map(({ rate }) => rate));
  const [axios, , nest] = designs.map(rateOf);
  console.log(`\n${"requests/s".padStart(52)}${"p99 ms".padStart(9)}  to axios  to NestJS`);
  for (const design of designs) {
    const p99 = median((rounds.get(design) ?? []).map((round) => round.p99));
    const ratios = [axios, nest].map((to) =>
      (rateOf(design) / (to ?? NaN)).toFixed(2).padStart(10),
    );
    const rate = rateOf(design).toFixed(0).padStart(10);
    console.log(`${design.name.padEnd(42)}${rate}${p99.toFixed(1).padStart(9)}${ratios.join("")}`);
  }
}

/** 1.1 KB, as PERFORMANCE measures. */
const aProduct = () => ({
  id: newId(),
  slug: "a-product",
  name: "Tea glass, thin and hot",
  description: "A glass for tea, blown by hand, thin at the rim and heavy at the foot. ".repeat(6),
  brand: "Twelve Arches",
  categories: ["kitchen", "glass"],
  attributes: { material: "glass", volume: "20 cl" },
  images: [{ url: "https://example.com/tea-glass.jpg", alt: "A tea glass" }],
  variants: ["amber", "blue"].map((colour) => ({
    sku: `TEA-${colour.toUpperCase()}`,
    name: colour,
    price: { amount: 450, currency: "EUR" },
    attributes: { colour },
  })),
  status: "active",
  createdAt: new Date().toISOString(),
  updatedAt: new Date().toISOString(),
});

const DIFFERENT_SLUGS = `
local n, round = 0, os.time()
request = function()
  n = n + 1
  return wrk.format("GET", "/api/v1/products/product-" .. round .. "-" .. n)
end`;

async function main(): Promise<void> {
  if (!existsSync(join(peers, "node_modules"))) {
    execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: peers });
  }
  const folder = await mkdtemp(join(tmpdir(), "souk-bench-mesh-"));
  const [script, productFile] = [join(folder, "slugs.lua"), join(folder, "product.json")];
  await writeFile(script, DIFFERENT_SLUGS);
  await writeFile(productFile, JSON.stringify(aProduct()));
  const nats = await NatsServer.start();
  try {
    const ours = await startOurs(nats.url, folder, productFile);
    const { axios, proxy, nest, nats: bare, moleculer } = await startPeers(nats.url, productFile);
    const plain = { headers: [], slugs: "different" } as const;
    const signedIn = [`Authorization: Bearer ${ours.token}`];
    await compare(
      [
        { name: "Express + axios → Express", url: axios, ...plain },
        { name: "Express + http-proxy-middleware → Express", url: proxy, ...plain },
        { name: "NestJS → NATS → NestJS", url: nest, ...plain },
        { name: "node:http → nats.js request/reply", url: bare, ...plain },
        { name: "node:http → bare Moleculer", url: moleculer, ...plain },
        { name: "Souk, uncached", url: ours.url, ...plain },
        { name: "Souk, uncached, signed in", url: ours.url, slugs: "different", headers: signedIn },
        { name: "Souk, cached, signed in", url: ours.url, slugs: "same", headers: signedIn },
        { name: "Souk, cached", url: ours.url, slugs: "same", headers: [] },
      ],
      script,
    );
  } finally {
    for (const child of children) child.removeAllListeners("exit").kill("SIGKILL");
    await nats.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

void main();
