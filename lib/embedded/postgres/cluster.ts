import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chown,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Account, chooseAccount, commandAs } from "./account";
import { type Binaries, locateBinaries } from "./binaries";
import { ignoring } from "./ignoring";
import { isAlive } from "./process";

const run = promisify(execFile);

/** Written last, so its presence says that initdb finished. */
const PASSWORD_FILE = "embedded-password";
const STAGING_PREFIX = "postgres.init-";
/** Initdb takes about a second; a staging folder this old is nobody's, whatever its process id says now. */
const STAGING_MAX_AGE_MS = 60_000;

export const SUPERUSER = "postgres";

/** The files of one PostgreSQL and what it takes to run it. */
export interface Cluster {
  readonly folder: string;
  readonly logFile: string;
  readonly password: string;
  readonly account: Account;
  readonly binaries: Binaries;
  readonly created: boolean;
}

/** Makes the cluster in `<dataDir>/postgres` unless it is there. */
export async function openCluster(options: { dataDir: string }): Promise<Cluster> {
  await mkdir(options.dataDir, { recursive: true });
  // Two names of one folder must look the same: the server is recognised by its command line.
  const dataDir = await realpath(options.dataDir);
  const folder = join(dataDir, "postgres");
  const binaries = await locateBinaries();
  const account = await chooseAccount(folder, [binaries.postgres, dataDir]);
  await removeAbandonedStaging(dataDir);
  const known = await readPassword(folder);
  const created =
    known === undefined && (await makeCluster({ dataDir, folder, account, binaries }));
  if (!created) await giveToAccount(folder, account);
  const password = known ?? (await readPassword(folder));
  if (password === undefined) throw new Error(`${join(folder, PASSWORD_FILE)} has gone.`);
  const logFile = join(dataDir, "postgres.log");
  return { folder, logFile, password, account, binaries, created };
}

export async function readPassword(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, PASSWORD_FILE), "utf8").catch(
    ignoring("ENOENT", undefined),
  );
  return text?.trim();
}

interface Making {
  readonly dataDir: string;
  readonly folder: string;
  readonly account: Account;
  readonly binaries: Binaries;
}

/** Beside its final place and renamed when complete: a crash half-way leaves no cluster at all. */
async function makeCluster(making: Making): Promise<boolean> {
  const { dataDir, folder, account } = making;
  const staging = await mkdtemp(join(dataDir, `${STAGING_PREFIX}${process.pid}-`));
  try {
    const passwordFile = join(staging, "password");
    const password = randomBytes(24).toString("hex");
    await writeFile(passwordFile, password + "\n", { mode: 0o600, flush: true });
    if (account.owner) {
      await chown(staging, account.owner.uid, account.owner.gid);
      await chown(passwordFile, account.owner.uid, account.owner.gid);
    }
    const made = join(staging, "data");
    await initdb(making, made, passwordFile);
    await rename(passwordFile, join(made, PASSWORD_FILE));
    await syncFolder(made);
    return await moveIntoPlace(made, folder);
  } finally {
    await rm(staging, { recursive: true, force: true });
    await syncFolder(dataDir);
  }
}

async function initdb(making: Making, target: string, passwordFile: string): Promise<void> {
  const { file, args, options } = commandAs(making.account, making.binaries.initdb, [
    ...[`--pgdata=${target}`, `--username=${SUPERUSER}`, `--pwfile=${passwordFile}`],
    ...["--auth=scram-sha-256", "--data-checksums", "--encoding=UTF8"],
    // Built in, so that sorting does not change with the system's own locales.
    ...["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"],
  ]);
  await run(file, args, options).catch((cause: unknown) => {
    const { stderr, message } = cause as Error & { stderr?: string };
    throw new Error(`initdb failed for ${making.folder}: ${stderr?.trim() || message}`, { cause });
  });
}

/** @returns false when another process was quicker. */
async function moveIntoPlace(made: string, folder: string): Promise<boolean> {
  try {
    await rename(made, folder);
    return true;
  } catch (cause) {
    if ((await readPassword(folder)) !== undefined) return false;
    throw new Error(
      `${folder} is in the way: it was not made by this program or is incomplete. Move it away.`,
      { cause },
    );
  }
}

/** Copied back by root, the files belong to root. */
async function giveToAccount(folder: string, { owner }: Account): Promise<void> {
  if (owner === undefined || (await stat(folder)).uid === owner.uid) return;
  await run("chown", ["-R", `${owner.uid}:${owner.gid}`, folder]);
}

async function removeAbandonedStaging(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (!name.startsWith(STAGING_PREFIX)) continue;
    const path = join(dataDir, name);
    const made = await stat(path).catch(ignoring("ENOENT", undefined));
    const maker = Number(name.slice(STAGING_PREFIX.length).split("-")[0]);
    const inUse = made && Date.now() - made.mtimeMs < STAGING_MAX_AGE_MS && isAlive(maker);
    // An initdb whose parent was killed may still be writing there for a moment.
    if (!inUse) await rm(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  await handle.sync().finally(() => handle.close());
}
