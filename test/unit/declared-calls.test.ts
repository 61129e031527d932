import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  contracts,
  durableActions,
  operator,
  serviceNames,
  type ServiceName,
} from "../../contracts";
import { declaredCalls } from "../../lib/mesh/declared-calls";

const services = join(__dirname, "../../services");
const calls = declaredCalls({ contracts, durableActions, principals: [operator] });

/** `catalog.offers`, or `*.backlog` where the service is a variable, as the code of a service calls them. */
function callsInCodeOf(service: ServiceName): string[] {
  const files = readdirSync(join(services, service), { recursive: true, encoding: "utf8" });
  const code = files
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(join(services, service, file), "utf8"));
  const found = code.flatMap((text) => [
    ...text.matchAll(/\b(?:caller|ctx|mesh)\s*\.call\(\s*["`]([\w${}.]+)["`]/g),
  ]);
  const names = found.map(([, name = ""]) => name.replace(/^\$\{\w+\}/, "*"));
  return [...new Set(names)].filter((name) => !name.startsWith(`${service}.`)).sort();
}

/** The actions that have the pieces of a route's answer; the gateway calls them as the route says. */
function callsForPieces(): string[] {
  const folder = join(__dirname, "../../contracts");
  const code = readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));
  return code.flatMap((text) =>
    [...text.matchAll(/pieces: \{ action: "([\w.]+)"/g)].map(([, name = ""]) => name),
  );
}

describe("the calls that a contract declares", () => {
  it.each(serviceNames)("are those that the code of %s makes", (service) => {
    const made = [...callsInCodeOf(service), ...(service === "gateway" ? callsForPieces() : [])];
    expect([...contracts[service].calls].sort()).toEqual(made.sort());
  });

  it("are all calls there are, but those of routes", () => {
    const files = readdirSync(services, { recursive: true, encoding: "utf8" });
    const odd = files
      .filter((file) => file.endsWith(".ts"))
      .filter((file) => {
        const text = readFileSync(join(services, file), "utf8");
        return /broker\s*\.m?call\b|\.mcall\(|\.call\((?!\s*["`]|this\b|service\b)/.test(
          text.replaceAll(/redis\.call\(/g, ""),
        );
      });
    expect(odd.sort()).toEqual(["gateway/call-action.ts"]);
  });

  it("let orders ask payments for a refund, and nobody else", () => {
    const able = serviceNames.filter((service) => calls.may(service, "payments.refund"));
    expect(able).toEqual(["orders", "payments"]);
    expect(calls.may(operator.name, "payments.refund")).toBe(false);
    expect(calls.may("anonymous", "payments.refund")).toBe(false);
    expect(calls.may("$node", "payments.refund")).toBe(false);
  });

  it("let the gateway call what has a route, and what it declares", () => {
    expect(calls.may("gateway", "orders.place")).toBe(true);
    expect(calls.may("gateway", "orders.find")).toBe(true);
    expect(calls.may("gateway", "orders.quoteCoupon")).toBe(false);
  });

  it("of an action that nobody offers stop the start", () => {
    const principals = [{ name: "repl", calls: ["orders.misspelt"] }];
    expect(() => declaredCalls({ contracts, durableActions, principals })).toThrow(
      "contract of repl: nobody offers orders.misspelt",
    );
  });
});
