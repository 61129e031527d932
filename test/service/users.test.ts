import { randomBytes } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import * as argon2 from "@node-rs/argon2";
import type { Service } from "moleculer";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Session } from "../../contracts/users";
import { hasCode } from "../../lib/errors";
import { newId } from "../../lib/ids";
import { accessTokenVerifier } from "../../lib/mesh/access-token";
import { encodeCursor } from "../../lib/store/cursor";
import type { Database } from "../../lib/store/database";
import { hashToken, successorOf } from "../../services/users/refresh-tokens";
import { startTestShop, type TestShop } from "../support/shop";

// Spied on, and otherwise itself: the work that an attacker could time is counted instead.
vi.mock("@node-rs/argon2", { spy: true });

const PASSWORD = "correct horse battery staple";
const newEmail = (): string => `u${randomBytes(6).toString("hex")}@example.com`;

const adopted: { userId: string; cartId: string }[] = [];
const carts = {
  name: "carts",
  actions: {
    adopt(ctx: { params: { userId: string; cartId: string } }) {
      if (ctx.params.cartId === "broken") throw new Error("carts is down");
      adopted.push(ctx.params);
      return null;
    },
  },
};

let shop: TestShop;
let db: Database;

const dbOf = (target: TestShop): Database =>
  // The service's own member, documented by the postgres mixin.
  (target.broker.getLocalService("users") as Service & { db: Database }).db;

const register = (email = newEmail(), extra: { cartId?: string } = {}): Promise<Session> =>
  shop.call("users.register", { email, password: PASSWORD, name: "Ada", ...extra });
const login = (email: string, password = PASSWORD): Promise<Session> =>
  shop.call("users.login", { email, password });
const refresh = async (refreshToken: string): Promise<Session> =>
  (await shop.call("users.refresh", { refreshToken })).answer;
const refreshBy = (idempotencyKey: string, refreshToken: string) =>
  shop.call("users.refresh", { refreshToken, idempotencyKey });

/** The code that `work` fails with, or "ok". */
const outcome = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "ok",
    (error: { type?: string; message: string }) => error.type ?? error.message,
  );

const tally = (codes: string[]): Record<string, number> =>
  Object.fromEntries([...new Set(codes)].map((c) => [c, codes.filter((x) => x === c).length]));

beforeAll(async () => {
  shop = await startTestShop({ services: ["users"], doubles: [carts] });
  db = dbOf(shop);
});
afterAll(() => shop.stop());

describe("opening an account", () => {
  it("gives a session whose access token names the user", async () => {
    const session = await register("Ada.Lovelace@Example.com");
    expect(session.user).toMatchObject({
      email: "ada.lovelace@example.com",
      phone: null,
      locale: "en",
      roles: ["customer"],
    });
    const verifier = await accessTokenVerifier(await shop.call("users.jwks", {}));
    expect(await verifier.verify(session.accessToken)).toEqual({
      id: session.user.id,
      roles: ["customer"],
    });
    expect(await verifier.verify(session.refreshToken)).toBeNull();
    expect(session.expiresIn).toBe(600);
  });

  it("takes an email once, in whatever letters it is typed", async () => {
    const email = newEmail();
    await register(email);
    expect(await outcome(register(email.toUpperCase()))).toBe("EMAIL_TAKEN");
  });

  it("lets one of many win that come at once", async () => {
    const email = newEmail();
    const codes = await Promise.all(Array.from({ length: 12 }, () => outcome(register(email))));
    expect(tally(codes)).toEqual({ ok: 1, EMAIL_TAKEN: 11 });
  });

  it("refuses common passwords", async () => {
    const params = { email: newEmail(), password: "Password123", name: "Ada" };
    expect(await outcome(shop.call("users.register", params))).toBe("PASSWORD_TOO_COMMON");
  });

  it("stores neither the password nor the refresh token", async () => {
    const { user, refreshToken } = await register();
    const [account] = await db.query<{ password_hash: string }>(
      "SELECT password_hash FROM account WHERE id = $1",
      [user.id],
    );
    expect(account?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    const [dump] = await db.query<{ all: string }>(
      `SELECT concat((SELECT string_agg(a::text, '') FROM account a),
         (SELECT string_agg(t::text, '') FROM refresh_token t)) AS all`,
    );
    expect(dump?.all).not.toContain(PASSWORD);
    expect(dump?.all).not.toContain(refreshToken);
  });
});

describe("signing in", () => {
  it("works with the email in other letters, and the password in another composition", async () => {
    const email = newEmail();
    const password = "caf\u00e9 au lait, s'il vous pla\u00eet";
    await shop.call("users.register", { email, password, name: "Ada" });
    const session = await login(email.toUpperCase(), password.normalize("NFD"));
    expect(session.user.email).toBe(email);
  });

  it("answers an unknown email as a wrong password, after the same work", async () => {
    const { user } = await register();
    const verify = vi.mocked(argon2.verify);
    const attempts: { error: unknown; hashings: number }[] = [];
    for (const email of [user.email, newEmail()]) {
      verify.mockClear();
      const error: unknown = await login(email, "wrong").catch((thrown: unknown) => thrown);
      attempts.push({ error, hashings: verify.mock.calls.length });
    }
    const [known, unknown] = attempts;
    expect(hasCode(known?.error, "INVALID_CREDENTIALS")).toBe(true);
    expect(unknown?.hashings).toBe(1);
    expect(unknown?.hashings).toBe(known?.hashings);
    expect(JSON.stringify(unknown?.error)).toBe(JSON.stringify(known?.error));
  });

  it.each(["", "x".repeat(128), "\u0000", "\ud800", "' OR 1=1 --"])(
    "takes the odd password %j for a wrong one",
    async (password) => {
      const { user } = await register();
      expect(await outcome(login(user.email, password))).toBe("INVALID_CREDENTIALS");
    },
  );

  it("hands the guest's cart over", async () => {
    const cartId = randomBytes(8).toString("hex");
    const { user } = await register(newEmail(), { cartId });
    await shop.call("users.login", { email: user.email, password: PASSWORD, cartId });
    expect(adopted.filter((entry) => entry.cartId === cartId)).toEqual([
      { userId: user.id, cartId },
      { userId: user.id, cartId },
    ]);
  });

  it("works without carts", async () => {
    const { user } = await register(newEmail(), { cartId: "broken" });
    const params = { email: user.email, password: PASSWORD, cartId: "broken" };
    expect(await outcome(shop.call("users.login", params))).toBe("ok");
  });
});

describe("guessing passwords", () => {
  let guarded: TestShop;
  const attempt = (email: string, password: string) =>
    guarded.call("users.login", { email, password });
  const failuresOf = async (): Promise<number[]> =>
    (await dbOf(guarded).query<{ failures: number }>("SELECT failures FROM login_failure")).map(
      (row) => row.failures,
    );

  beforeAll(async () => {
    guarded = await startTestShop({
      services: ["users"],
      doubles: [carts],
      env: { RATE_LIMIT: "on" },
    });
  });
  afterAll(() => guarded.stop());
  beforeEach(() => dbOf(guarded).query("DELETE FROM login_failure"));

  const account = async (): Promise<string> => {
    const email = newEmail();
    await guarded.call("users.register", { email, password: PASSWORD, name: "Ada" });
    return email;
  };

  it("ends after ten that come at once, for a known email and an unknown one alike", async () => {
    const emails = [await account(), newEmail()];
    const tallies = await Promise.all(
      emails.map(async (email) =>
        tally(
          await Promise.all(
            Array.from({ length: 14 }, () => outcome(attempt(email, "wrong password"))),
          ),
        ),
      ),
    );
    const expected = { INVALID_CREDENTIALS: 10, RATE_LIMITED: 4 };
    expect(tallies).toEqual([expected, expected]);
    const [email = ""] = emails;
    const error: unknown = await attempt(email, PASSWORD).catch((thrown: unknown) => thrown);
    expect(hasCode(error, "RATE_LIMITED")).toBe(true);
    const { retryAfter } = (error as { data: { retryAfter: number } }).data;
    expect(retryAfter).toBeGreaterThan(800);
    expect(retryAfter).toBeLessThanOrEqual(900);
  });

  it("is forgotten by a success", async () => {
    const email = await account();
    await outcome(attempt(email, "wrong password"));
    expect(await failuresOf()).toEqual([1]);
    await attempt(email, PASSWORD);
    expect(await failuresOf()).toEqual([]);
  });

  it("is forgotten after a quarter of an hour", async () => {
    const email = await account();
    await outcome(attempt(email, "wrong password"));
    await dbOf(guarded).query(
      "UPDATE login_failure SET failures = 10, since = now() - interval '15 minutes'",
    );
    expect(await outcome(attempt(email, "wrong password"))).toBe("INVALID_CREDENTIALS");
    expect(await failuresOf()).toEqual([1]);
  });

  it("is not what twenty right passwords at once are", async () => {
    const email = await account();
    const codes = await Promise.all(
      Array.from({ length: 20 }, () => outcome(attempt(email, PASSWORD))),
    );
    expect(tally(codes)).toEqual({ ok: 20 });
  });
});

describe("a refresh token", () => {
  it("works once, and its successor after it", async () => {
    const first = await register();
    const second = await refresh(first.refreshToken);
    expect(second.user).toEqual(first.user);
    const third = await refresh(second.refreshToken);
    expect(new Set([first, second, third].map((s) => s.refreshToken)).size).toBe(3);
  });

  it("that is used twice ends its whole family, and no other", async () => {
    const { user, refreshToken } = await register();
    const other = await login(user.email);
    const second = await refresh(refreshToken);
    const third = await refresh(second.refreshToken);
    expect(await outcome(refresh(refreshToken))).toBe("REFRESH_TOKEN_REUSED");
    expect(await outcome(refresh(third.refreshToken))).toBe("REFRESH_TOKEN_INVALID");
    expect(await outcome(refresh(other.refreshToken))).toBe("ok");
  });

  it("that is used twenty times at once has one successor, which is revoked", async () => {
    const { refreshToken } = await register();
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () => refresh(refreshToken)),
    );
    const won = results.filter((result) => result.status === "fulfilled");
    expect(won).toHaveLength(1);
    const lost = results.filter((result) => result.status === "rejected");
    expect(lost.every(({ reason }) => hasCode(reason, "REFRESH_TOKEN_REUSED"))).toBe(true);
    const successor = won[0]?.value.refreshToken ?? "";
    expect(await outcome(refresh(successor))).toBe("REFRESH_TOKEN_INVALID");
    const children = await db.query("SELECT hash FROM refresh_token WHERE parent = $1", [
      hashToken(refreshToken),
    ]);
    expect(children).toHaveLength(1);
  });

  it("gives the same successor again, under the key of a use whose answer was lost", async () => {
    const { refreshToken } = await register();
    const key = newId();
    const first = await refreshBy(key, refreshToken);
    const again = await refreshBy(key, refreshToken);
    expect([first.replayed, again.replayed]).toEqual([false, true]);
    expect(again.answer.refreshToken).toBe(first.answer.refreshToken);
    expect(again.answer.user).toEqual(first.answer.user);
    const verifier = await accessTokenVerifier(await shop.call("users.jwks", {}));
    expect(await verifier.verify(again.answer.accessToken)).toMatchObject({
      id: first.answer.user.id,
    });
    expect(await outcome(refresh(again.answer.refreshToken))).toBe("ok");
  });

  it("that comes twenty times at once under one key has one successor, which works", async () => {
    const { refreshToken } = await register();
    const key = newId();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => refreshBy(key, refreshToken)),
    );
    const successors = new Set(answers.map(({ answer }) => answer.refreshToken));
    expect(successors.size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await outcome(refresh([...successors][0] ?? ""))).toBe("ok");
  });

  it.each([
    ["under no key", async (token: string) => refresh(token)],
    ["under another key", async (token: string) => refreshBy(newId(), token)],
    [
      "later than a lost answer is asked for again",
      async (token: string, key: string) => {
        await db.query(
          "UPDATE refresh_token SET created_at = now() - interval '31 seconds' WHERE parent = $1",
          [hashToken(token)],
        );
        return refreshBy(key, token);
      },
    ],
    [
      "after its successor was used",
      async (token: string, key: string, successor: string) => {
        await refresh(successor);
        return refreshBy(key, token);
      },
    ],
  ])("that was used under a key and comes again %s ends its family", async (_how, comeAgain) => {
    const { refreshToken } = await register();
    const key = newId();
    const { answer } = await refreshBy(key, refreshToken);
    expect(await outcome(comeAgain(refreshToken, key, answer.refreshToken))).toBe(
      "REFRESH_TOKEN_REUSED",
    );
    expect(await outcome(refreshBy(key, refreshToken))).toBe("REFRESH_TOKEN_REUSED");
    const [session] = await db.query<{ revoked: boolean }>(
      `SELECT revoked_at IS NOT NULL AS revoked FROM session s JOIN refresh_token t ON t.session_id = s.id
       WHERE t.hash = $1`,
      [hashToken(answer.refreshToken)],
    );
    expect(session).toEqual({ revoked: true });
  });

  it("cannot be made from what is stored and a token that is known", async () => {
    const { refreshToken } = await register();
    const { answer } = await refreshBy("guessed", refreshToken);
    const [row] = await db.query<{ salt: Buffer }>(
      "SELECT salt FROM refresh_token WHERE parent = $1",
      [hashToken(refreshToken)],
    );
    const salt = row?.salt ?? Buffer.alloc(0);
    expect(successorOf(refreshToken, "guessed", salt)).toBe(answer.refreshToken);
    expect(successorOf(refreshToken, "other", salt)).not.toBe(answer.refreshToken);
    expect(successorOf(refreshToken, "guessed", Buffer.alloc(32))).not.toBe(answer.refreshToken);
  });

  it("is nothing when it is unknown or expired", async () => {
    const { refreshToken } = await register();
    await db.query("UPDATE refresh_token SET expires_at = now() WHERE hash = $1", [
      hashToken(refreshToken),
    ]);
    expect(await outcome(refresh(refreshToken))).toBe("REFRESH_TOKEN_INVALID");
    expect(await outcome(refresh("souk_rt_unknown"))).toBe("REFRESH_TOKEN_INVALID");
  });

  it("ends with the session, as often as one signs out", async () => {
    const { refreshToken } = await register();
    const second = await refresh(refreshToken);
    for (const token of [refreshToken, second.refreshToken, "unknown"]) {
      expect(await shop.call("users.logout", { refreshToken: token })).toBeNull();
    }
    expect(await outcome(refresh(second.refreshToken))).toBe("REFRESH_TOKEN_INVALID");
  });

  it("tells of the roles that the user has now", async () => {
    const { user, refreshToken } = await register();
    await db.query("UPDATE account SET roles = '{admin,customer}' WHERE id = $1", [user.id]);
    expect((await refresh(refreshToken)).user.roles).toEqual(["admin", "customer"]);
  });
});

describe("a profile", () => {
  it("changes in what is given", async () => {
    const { user } = await register();
    const changed = await shop.call(
      "users.updateMe",
      { phone: "+43 1 234", locale: "de-AT" },
      user,
    );
    expect(changed).toEqual({ ...user, phone: "+43 1 234", locale: "de-AT" });
    await shop.call("users.updateMe", { phone: null }, user);
    const contacts = await shop.call("users.contacts", { userIds: [user.id] });
    const { id, email } = user;
    expect(contacts).toEqual([{ id, email, name: "Ada", locale: "de-AT", phone: null }]);
    expect(await shop.call("users.me", {}, user)).toMatchObject({ locale: "de-AT", phone: null });
  });

  it("is nobody's when the account is gone", async () => {
    const ghost = { id: "0198c2f0-0000-7000-8000-000000000001", roles: ["customer"] };
    const fields = { name: "A", line1: "1", city: "B", postalCode: "1", country: "AT" };
    expect(await outcome(shop.call("users.me", {}, ghost))).toBe("UNAUTHENTICATED");
    expect(await outcome(shop.call("users.updateMe", {}, ghost))).toBe("UNAUTHENTICATED");
    expect(await outcome(shop.call("users.addAddress", fields, ghost))).toBe("UNAUTHENTICATED");
    expect(await shop.call("users.contacts", { userIds: [ghost.id] })).toEqual([]);
  });
});

it("hands out the ids of customers, page by page", async () => {
  const { user } = await register();
  const all: string[] = [];
  for (let after: string | undefined; ; after = all.at(-1)) {
    const ids = await shop.call("users.page", { limit: 2, ...(after ? { after } : {}) });
    if (ids.length === 0) break;
    all.push(...ids);
  }
  expect(all).toContain(user.id);
  expect(all).toEqual([...new Set(all)].sort());
});

describe("addresses", () => {
  const fields = { name: "Ada", line1: "1 Ring", city: "Wien", postalCode: "1010", country: "AT" };
  let user: Session["user"];
  const add = (line1: string, isDefault?: boolean) =>
    shop.call(
      "users.addAddress",
      { ...fields, line1, ...(isDefault === undefined ? {} : { isDefault }) },
      user,
    );
  /** `line1` of each, the default one with a star. */
  const listed = async (): Promise<string[]> =>
    (await shop.call("users.listAddresses", {}, user)).items.map(
      (address) => address.line1 + (address.isDefault ? "*" : ""),
    );

  beforeEach(async () => {
    user = (await register()).user;
  });

  it("have the first as default until another one is chosen", async () => {
    await add("a");
    await add("b");
    expect(await listed()).toEqual(["a*", "b"]);
    await add("c", true);
    expect(await listed()).toEqual(["c*", "b", "a"]);
  });

  it("are listed page by page, each once, also when one is added meanwhile", async () => {
    for (const line of ["a", "b", "c", "d", "e"]) await add(line);
    const page = (cursor: string | null) =>
      shop.call("users.listAddresses", { limit: 2, ...(cursor ? { cursor } : {}) }, user);
    const lines: string[] = [];
    let cursor: string | null = null;
    do {
      const { items, nextCursor }: Awaited<ReturnType<typeof page>> = await page(cursor);
      lines.push(...items.map(({ line1 }) => line1));
      cursor = nextCursor;
      await add("later");
    } while (cursor);
    expect(lines).toEqual(["a", "e", "d", "c", "b"]);
  });

  it("are twenty on a page unless more are asked for", async () => {
    for (let n = 0; n < 22; n++) await add(`${n}`);
    expect(await listed()).toHaveLength(20);
    const whole = await shop.call("users.listAddresses", { limit: 100 }, user);
    expect([whole.items.length, whole.nextCursor]).toEqual([22, null]);
  });

  it.each(["rubbish", encodeCursor([2, newId()]), encodeCursor([0, "x"])])(
    "have no cursor %s",
    async (cursor) => {
      await expect(shop.call("users.listAddresses", { cursor }, user)).rejects.toMatchObject({
        type: "VALIDATION_FAILED",
        data: { errors: [expect.objectContaining({ path: "/cursor" })] },
      });
    },
  );

  it("pass the default on to the newest that remains", async () => {
    const { id } = await add("a");
    await add("b");
    const c = await add("c");
    await shop.call("users.removeAddress", { id }, user);
    expect(await listed()).toEqual(["c*", "b"]);
    await shop.call("users.updateAddress", { id: c.id, isDefault: false }, user);
    expect(await listed()).toEqual(["b*", "c"]);
  });

  it("keep the default when there is only one", async () => {
    const { id } = await add("a", false);
    const changed = await shop.call("users.updateAddress", { id, isDefault: false }, user);
    expect(changed.isDefault).toBe(true);
  });

  it("change in what is given, and an empty field removes it", async () => {
    const { id } = await shop.call(
      "users.addAddress",
      { ...fields, line2: "Top 4", region: "W", phone: "+43 1" + "2345" },
      user,
    );
    const changed = await shop.call("users.updateAddress", { id, line2: "", city: "Graz" }, user);
    expect(changed).toEqual({
      ...fields,
      id,
      city: "Graz",
      region: "W",
      phone: "+43 12345",
      isDefault: true,
    });
    const { id: _, isDefault: __, ...postal } = changed;
    expect(await shop.call("users.addressOf", { userId: user.id, id })).toEqual(postal);
  });

  it("have one default, however many are added at once", async () => {
    await Promise.all(Array.from({ length: 10 }, (_, i) => add(`p${i}`, true)));
    expect((await listed()).filter((line) => line.endsWith("*"))).toHaveLength(1);
  });

  it("end at fifty", async () => {
    const codes = await Promise.all(Array.from({ length: 52 }, (_, i) => outcome(add(`n${i}`))));
    expect(tally(codes)).toEqual({ ok: 50, VALIDATION_FAILED: 2 });
  });

  it("of somebody else do not exist", async () => {
    const { id } = await add("mine");
    const { user: other } = await register();
    const calls = [
      shop.call("users.updateAddress", { id, city: "x" }, other),
      shop.call("users.removeAddress", { id }, other),
      shop.call("users.addressOf", { userId: other.id, id }),
    ];
    expect(await Promise.all(calls.map(outcome))).toEqual(["NOT_FOUND", "NOT_FOUND", "NOT_FOUND"]);
    expect(await listed()).toEqual(["mine*"]);
  });
});

describe("the signing key", () => {
  it("lies in the data folder for nobody else to read", async () => {
    const file = join(shop.config.dataDir, "jwt-key.pem");
    expect(await readFile(file, "utf8")).toContain("BEGIN PRIVATE KEY");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it("is published by its public half", async () => {
    const { keys } = await shop.call("users.jwks", {});
    expect(keys).toHaveLength(1);
    expect(keys[0]).toMatchObject({ kty: "OKP", crv: "Ed25519", alg: "EdDSA", use: "sig" });
    expect(keys[0]).not.toHaveProperty("d");
  });
});
