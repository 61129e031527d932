import { describe, expect, it } from "vitest";
import { accessTokenSigner, newPrivateKey, type KeySet } from "../../lib/mesh/access-token";
import { assertAccess, Identities } from "../../services/gateway/identity";

const ada = { id: "0190aaaa-0000-7000-8000-000000000001", roles: ["customer"] };
const signer = () => accessTokenSigner(newPrivateKey());

/** Identities over key sets that are answered one after the other; the last one stays. */
function identitiesOver(...answers: KeySet[]) {
  const asked = { times: 0 };
  const clock = { now: 0 };
  const fetchKeys = async () => {
    const keys = answers[Math.min(asked.times++, answers.length - 1)];
    if (!keys) throw new Error("users is down");
    return keys;
  };
  return { identities: new Identities(fetchKeys, () => clock.now), asked, clock };
}

describe("an identity", () => {
  it("is nobody without a header, and asks nobody", async () => {
    const { identities, asked } = identitiesOver();
    expect(await identities.userOf(undefined)).toBeNull();
    expect(asked.times).toBe(0);
  });

  it("is the user of a good token; keys are fetched once", async () => {
    const known = await signer();
    const { identities, asked } = identitiesOver(known.keySet);
    const header = `Bearer ${await known.sign(ada)}`;
    const users = await Promise.all([1, 2, 3].map(() => identities.userOf(header)));
    expect(users).toEqual([ada, ada, ada]);
    expect(asked.times).toBe(1);
  });

  it.each(["", "Bearer", "Bearer ", "Basic YTpi", "Bearer a b", "Bearer nonsense", "bearer ä"])(
    "is refused for %j",
    async (header) => {
      const { identities } = identitiesOver((await signer()).keySet);
      await expect(identities.userOf(header)).rejects.toMatchObject({ type: "UNAUTHENTICATED" });
    },
  );

  it("asks again for an unknown key, but not more than every ten seconds", async () => {
    const [old, rotated] = [await signer(), await signer()];
    const { identities, asked, clock } = identitiesOver(old.keySet, rotated.keySet);
    const header = `Bearer ${await rotated.sign(ada)}`;
    await expect(identities.userOf(header)).rejects.toMatchObject({ type: "UNAUTHENTICATED" });
    expect(asked.times).toBe(1);
    clock.now = 10_001;
    expect(await identities.userOf(header)).toEqual(ada);
    expect(asked.times).toBe(2);
    const stranger = `Bearer ${await (await signer()).sign(ada)}`;
    await expect(identities.userOf(stranger)).rejects.toMatchObject({ type: "UNAUTHENTICATED" });
    expect(asked.times).toBe(2);
  });

  it("is known at once when its token has been verified, for as long as the keys are fresh", async () => {
    const [signing, stranger] = [await signer(), await signer()];
    const { identities, clock } = identitiesOver(signing.keySet);
    const header = `Bearer ${await signing.sign(ada)}`;
    expect(identities.knows(header)).toBe(false);
    await identities.userOf(header);
    expect(identities.knows(header)).toBe(true);
    expect(identities.knows(`Bearer ${await signing.sign(ada)}`)).toBe(false);
    expect(identities.knows(`Bearer ${await stranger.sign(ada)}`)).toBe(false);
    expect(identities.knows(header.replace("Bearer", "Basic"))).toBe(false);
    clock.now = 300_001;
    expect(identities.knows(header)).toBe(false);
  });

  it("does not ask again for a bad token of a known key", async () => {
    const known = await signer();
    const { identities, asked, clock } = identitiesOver(known.keySet);
    const forged = `Bearer ${(await known.sign(ada)).slice(0, -4)}AAAA`;
    clock.now = 20_000;
    await expect(identities.userOf(forged)).rejects.toMatchObject({ type: "UNAUTHENTICATED" });
    clock.now = 40_000;
    await expect(identities.userOf(forged)).rejects.toMatchObject({ type: "UNAUTHENTICATED" });
    expect(asked.times).toBe(1);
  });

  it("outlives an outage of the service that has the keys", async () => {
    const known = await signer();
    let up = true;
    let now = 0;
    const fetchKeys = async () => (up ? known.keySet : Promise.reject(new Error("users is down")));
    const identities = new Identities(fetchKeys, () => now);
    const header = `Bearer ${await known.sign(ada)}`;
    await identities.userOf(header);
    up = false;
    now = 10 * 60_000;
    expect(await identities.userOf(header)).toEqual(ada);
    expect(await identities.userOf(header)).toEqual(ada);
  });
});

describe("access", () => {
  it.each([
    ["public", null, null],
    ["customer", null, "UNAUTHENTICATED"],
    ["customer", ada, null],
    ["admin", null, "UNAUTHENTICATED"],
    ["admin", ada, "FORBIDDEN"],
    ["admin", { ...ada, roles: ["admin"] }, null],
    ["internal", { ...ada, roles: ["admin"] }, "NOT_FOUND"],
  ] as const)("to what is %s as %j: %s", (access, user, code) => {
    const check = () => assertAccess(access, user);
    if (code) expect(check).toThrow(expect.objectContaining({ type: code }));
    else expect(check).not.toThrow();
  });
});
