import { execFile, spawn, type ChildProcess } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ADMIN, AdminClient, Client } from "../support/client";
import { ClusterServers } from "../support/cluster-servers";
import { eventually } from "../support/eventually";
import { freePort } from "../support/free-port";
import { buildImage, type Image } from "./build-image";

const run = promisify(execFile);
const scratch = mkdtempSync(join(tmpdir(), "souk-image-"));
let image: Image;
let app: string;
let servers: ClusterServers | undefined;
let container: ChildProcess | undefined;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  image = buildImage(scratch);
  app = join(image.root, image.workdir);
  servers = await ClusterServers.start();
  env = {
    ...image.env,
    PATH: process.env.PATH,
    DATA_DIR: join(image.root, "data"),
    PORT: String(await freePort()),
    METRICS_PORT: String(await freePort()),
    ...servers.env,
    NAMESPACE: `i${randomBytes(4).toString("hex")}`,
    JWT_PRIVATE_KEY: generateKeyPairSync("ed25519")
      .privateKey.export({ format: "pem", type: "pkcs8" })
      .toString()
      .replaceAll("\n", "\\n"),
    ...ADMIN,
  };
});
afterAll(async () => {
  container?.kill("SIGKILL");
  await servers?.remove();
  rmSync(scratch, { recursive: true, force: true });
});

async function isHealthy(): Promise<boolean> {
  const [program = "", ...args] = image.healthcheck;
  try {
    await run(program, args, { cwd: app, env });
    return true;
  } catch {
    return false;
  }
}

test("the image holds the compiled shop and what that needs to run, nothing else", () => {
  expect(readdirSync(app).sort()).toEqual(["dist", "node_modules", "package.json", "scripts"]);
  const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8")) as {
    packages: Record<string, { dev?: boolean }>;
  };
  const forDevelopment = Object.keys(packages).filter((folder) => packages[folder]?.dev);
  expect(forDevelopment).toContain("node_modules/typescript");
  expect(forDevelopment.filter((folder) => existsSync(join(app, folder)))).toEqual([]);
  const sources = readdirSync(join(app, "dist"), { recursive: true, encoding: "utf8" });
  expect(sources.filter((file) => file.endsWith(".ts"))).toEqual([]);
});

test("its command starts the shop, its health check sees it, SIGTERM ends it in order", async () => {
  const [program = "", ...args] = image.command;
  expect(await isHealthy()).toBe(false);
  container = spawn(program, args, { cwd: app, env, stdio: ["ignore", "ignore", "inherit"] });
  const ended = new Promise((resolve) => container?.once("exit", resolve));
  await eventually(isHealthy, { timeoutMs: 60_000, what: "the container to be healthy" });

  const url = `http://127.0.0.1:${env.PORT}`;
  const admin = await AdminClient.signIn(url);
  await admin.sell("IMAGE-1", 1000, 1);
  const buyer = await new Client(url).register();
  const placed = await buyer.order([{ sku: "IMAGE-1", quantity: 1 }]);
  const order = await buyer.until(placed.body.id, "confirmed");
  const invoice = await fetch(`${url}/api/v1/orders/${order.id}/invoice`, {
    headers: { authorization: `Bearer ${buyer.token}` },
  });
  expect(invoice.headers.get("content-type")).toContain("application/pdf");

  container.kill("SIGTERM");
  expect(await ended).toBe(0);
});
