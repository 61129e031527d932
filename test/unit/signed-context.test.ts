import { describe, expect, it } from "vitest";
import { ContextSigner, type MeshHeaders } from "../../lib/mesh/signed-context";

const SECRET = "a secret that all nodes of the mesh share";
const ADA = { id: "ada", roles: ["customer"] };
const REFUND = { user: ADA, service: "orders", action: "payments.refund" };

let now = Date.parse("2026-01-01T00:00:00Z");
const signerWith = (...secrets: string[]) => new ContextSigner(secrets, () => now);
const signer = signerWith(SECRET);

/** As another node gets them. */
const overTheWire = (headers: MeshHeaders): MeshHeaders =>
  JSON.parse(JSON.stringify(headers)) as MeshHeaders;

const signed = (introduction = REFUND, by = signer) => overTheWire(by.headersFor(introduction));

/** The same context with other words, and the signature it had. */
function altered(from: string, to: string): MeshHeaders {
  const { context = "" } = signed();
  expect(context).toContain(from);
  return { context: context.replace(from, to) };
}

describe("a signed context", () => {
  it("tells the receiving node who calls", () => {
    const admitted = signer.admit(signed(), "payments.refund");
    expect(admitted).toMatchObject({ user: ADA, service: "orders" });
  });

  it("is good within its own process without being signed", () => {
    const headers = signer.headersFor(REFUND);
    expect(signer.admit(headers, "payments.refund")).toMatchObject({ service: "orders" });
    expect(signerWith("another").admit(headers, "payments.refund")).toMatchObject({
      service: "orders",
    });
  });

  it("is good for one action", () => {
    expect(signer.admit(signed(), "payments.webhook")).toBe("misdirected");
    expect(signer.admit(signer.headersFor(REFUND), "payments.webhook")).toBe("misdirected");
  });

  it("ends after a minute and what clocks may differ by", () => {
    const headers = signed();
    const begun = now;
    now = begun + 89_000;
    expect(signer.admit(headers, "payments.refund")).toMatchObject({ service: "orders" });
    now = begun + 91_000;
    expect(signer.admit(headers, "payments.refund")).toBe("expired");
    expect(signer.admit(signed(), "payments.refund")).toMatchObject({ service: "orders" });
    now = begun;
  });

  it("of a node whose clock is ahead is refused", () => {
    now += 31_000;
    const headers = signed();
    now -= 31_000;
    expect(signer.admit(headers, "payments.refund")).toBe("early");
  });

  it("is signed when it leaves, however long the call waited", () => {
    const headers = signer.headersFor(REFUND);
    now += 300_000;
    const sent = overTheWire(headers);
    expect(signer.admit(sent, "payments.refund")).toMatchObject({ service: "orders" });
    now -= 300_000;
  });

  it.each([
    ["another user", " ada ", " eve "],
    ["another role", "customer", "admin"],
    ["another service", "orders ", "gateway "],
    ["another action", "payments.refund", "payments.webhook"],
    ["a later time", "1767225600", "1767225660"],
  ])("that was altered to name %s is forged", (_what, from, to) => {
    const headers = altered(from, to);
    const action = headers.context?.split(" ")[1] ?? "";
    expect(signer.admit(headers, action)).toBe("forged");
  });

  it.each([
    ["nobody", null],
    ["a user whose id has blanks", { id: "a b customer,admin %20", roles: ["customer"] }],
    ["a user of no role", { id: "ada", roles: [] }],
    ["a user of roles with commas", { id: "ada", roles: ["a,admin", "b c", "customer"] }],
  ])("names %s as they are", (_what, user) => {
    const headers = overTheWire(signer.headersFor({ ...REFUND, user }));
    expect(signer.admit(headers, "payments.refund")).toMatchObject({ user, service: "orders" });
  });

  it("of somebody with another key is forged", () => {
    expect(signer.admit(signed(REFUND, signerWith("a guess")), "payments.refund")).toBe("forged");
  });

  it.each([
    ["nothing", undefined, "missing"],
    ["no text", { user: ADA }, "malformed"],
    ["no signature", signed().context?.replace(/ \S+$/, ""), "malformed"],
    ["an empty signature", signed().context?.replace(/\S+$/, ""), "malformed"],
    ["only a signature", signed().context?.replace(/.* /, ""), "forged"],
    ["a signature that is cut", signed().context?.slice(0, -8), "malformed"],
    ["parts too many", `${signed().context} x`, "malformed"],
    ["parts before", `x ${signed().context}`, "forged"],
    ["64 KiB", "x".repeat(65_536), "malformed"],
    ["a JWT with alg none", "eyJhbGciOiJub25lIn0.eyJzZXJ2aWNlIjoib3JkZXJzIn0.", "malformed"],
  ])("that is %s is refused", (_what, context, refusal) => {
    const headers = { context } as unknown as MeshHeaders;
    expect(signer.admit(headers, "payments.refund")).toBe(refusal);
  });

  it("cannot be brought along as if it had been checked", () => {
    const headers = { ...REFUND, admitted: REFUND, "Symbol(admitted)": REFUND } as MeshHeaders;
    expect(signer.admit(headers, "payments.refund")).toBe("missing");
  });

  it("cannot be changed by whoever gets it", () => {
    const admitted = signer.admit(signer.headersFor(REFUND), "payments.refund");
    if (typeof admitted === "string") throw new Error(admitted);
    expect(() => Object.assign(admitted, { service: "gateway" })).toThrow(TypeError);
    expect(() => (admitted.user?.roles as string[]).push("admin")).toThrow(TypeError);
  });

  it("is good under the old key and the new one while keys change", () => {
    const [before, during, after] = [
      signerWith("old"),
      signerWith("new", "old"),
      signerWith("new"),
    ] as const;
    const admits = (by: ContextSigner, of: ContextSigner) =>
      typeof by.admit(signed(REFUND, of), "payments.refund") !== "string";
    expect(admits(during, before)).toBe(true);
    expect(admits(after, during)).toBe(true);
    expect(admits(after, before)).toBe(false);
  });
});
