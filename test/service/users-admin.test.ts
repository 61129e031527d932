import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Service } from "moleculer";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { messageOf } from "../../lib/errors";
import type { Database } from "../../lib/store/database";
import { startTestShop, type TestShop } from "../support/shop";

let namespace: string;
let dataDir: string;
const running: TestShop[] = [];

beforeEach(async () => {
  namespace = `a${randomBytes(5).toString("hex")}`;
  dataDir = await mkdtemp(join(tmpdir(), "souk-admin-"));
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((shop) => shop.stop()));
  await rm(dataDir, { recursive: true, force: true });
});

/** Starts a users service on the same database as the others of this test. */
async function start(env: Record<string, string> = {}): Promise<TestShop> {
  const shop = await startTestShop({
    services: ["users"],
    env: { NAMESPACE: namespace, DATA_DIR: dataDir, ...env },
  });
  running.push(shop);
  return shop;
}

const admin = (password: string) => ({
  ADMIN_EMAIL: "Boss@Shop.example",
  ADMIN_PASSWORD: password,
});
const signIn = (shop: TestShop, password: string, email = "boss@shop.example") =>
  shop.call("users.login", { email, password });

async function accounts(
  shop: TestShop,
): Promise<{ email: string; roles: string[]; hash: string }[]> {
  // The service's own member, documented by the postgres mixin.
  const { db } = shop.broker.getLocalService("users") as Service & { db: Database };
  return db.query("SELECT email, roles, password_hash AS hash FROM account");
}

describe("the configured admin", () => {
  it("is made once, over restarts and by nodes that start together", async () => {
    const [first] = await Promise.all([start(admin("first secret")), start(admin("first secret"))]);
    const before = await accounts(first);
    expect(before.map(({ email, roles }) => ({ email, roles }))).toEqual([
      { email: "boss@shop.example", roles: ["admin", "customer"] },
    ]);
    expect(await accounts(await start(admin("first secret")))).toEqual(before);
    expect(first.announcements).toEqual([]);
  });

  it("takes a new password, which ends the sessions of the old one", async () => {
    const shop = await start(admin("first secret"));
    const { refreshToken } = await signIn(shop, "first secret");
    const next = await start(admin("second secret"));
    await expect(signIn(next, "first secret")).rejects.toThrow();
    expect((await signIn(next, "second secret")).user.roles).toEqual(["admin", "customer"]);
    await expect(next.call("users.refresh", { refreshToken })).rejects.toMatchObject({
      type: "REFRESH_TOKEN_INVALID",
    });
  });

  it("is a customer who was one before", async () => {
    const email = "boss@shop.example";
    const shop = await start(admin("other secret"));
    await shop.call("users.register", {
      email: "b@shop.example",
      password: "some secret",
      name: "B",
    });
    const env = { ADMIN_EMAIL: "b@shop.example", ADMIN_PASSWORD: "some secret" };
    const next = await start(env);
    expect((await signIn(next, "some secret", env.ADMIN_EMAIL)).user).toMatchObject({
      name: "B",
      roles: ["admin", "customer"],
    });
    expect((await accounts(next)).map((account) => account.email)).toContain(email);
  });
});

describe("the admin of an embedded shop", () => {
  const passwordIn = (shop: TestShop): string => {
    const line = shop.announcements.join("\n");
    return /^admin login: admin@souk\.local \/ (\S+) \(shown once\)$/m.exec(line)?.[1] ?? "";
  };

  it("is announced at the first start, and never again", async () => {
    const shop = await start();
    const password = passwordIn(shop);
    expect(password).toMatch(/^([a-z2-9]{5}-){3}[a-z2-9]{5}$/);
    const next = await start();
    expect(next.announcements).toEqual([]);
    expect((await signIn(next, password, "admin@souk.local")).user.roles).toContain("admin");
  });

  it("is announced again when the first start failed and showed nothing", async () => {
    const broken = {
      name: "broken",
      dependencies: ["users"],
      started: () => Promise.reject(new Error("the port is taken")),
    };
    const failed = startTestShop({
      services: ["users"],
      env: { NAMESPACE: namespace, DATA_DIR: dataDir, LOG_LEVEL: "fatal" },
      doubles: [broken],
    });
    expect(await failed.then(() => "started", messageOf)).toBe("the port is taken");
    const shop = await start();
    const { user } = await signIn(shop, passwordIn(shop), "admin@souk.local");
    expect(user.roles).toEqual(["admin", "customer"]);
  });
});
