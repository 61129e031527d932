import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(__dirname, "../..");

// Each probe stands under a @ts-expect-error: should TypeScript ever accept the mistake, the
// directive itself becomes the error, and this fails.
test("every mistake of mesh.probes.ts is one that does not compile", () => {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const args = [tsc, "-p", join(root, "tsconfig.json"), "--noEmit", "--incremental", "false"];
  expect(() => execFileSync(process.execPath, args, { cwd: root, encoding: "utf8" })).not.toThrow();
});
