import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readConfig } from "../../config/env";
import { options } from "../../deploy/settings";
import { secrets } from "../../deploy/services";

const text = readFileSync(join(__dirname, "../../.env.example"), "utf8");
const listed = [...text.matchAll(/^# ?([A-Z][A-Z_]+)=/gm)].map(([, name = ""]) => name);
/** One line stands for every service. */
const DATABASE_URL = /^[A-Z]+_DATABASE_URL$/;

/** The variables that the configuration looks at. */
function variablesRead(): string[] {
  const asked = new Set<string>();
  readConfig(
    new Proxy<Record<string, string>>(
      {},
      {
        get(_target, name) {
          asked.add(String(name));
          return undefined;
        },
      },
    ),
  );
  return [...asked].map((name) => name.replace(DATABASE_URL, "ORDERS_DATABASE_URL"));
}

test(".env.example lists every variable that is read, and no other", () => {
  expect(listed.toSorted()).toEqual([...new Set(variablesRead())].sort());
});

test("each line of .env.example is one that a shell takes", () => {
  const uncommented = text.replaceAll(/^# ?(?=[A-Z][A-Z_]+=)/gm, "");
  execFileSync("sh", ["-eu"], { input: `set -a\n${uncommented}`, stdio: ["pipe", "pipe", "pipe"] });
});

test("what the deployment sets is something that is read", () => {
  expect(variablesRead()).toEqual(
    expect.arrayContaining([...Object.keys(options), ...Object.keys(secrets)]),
  );
});
