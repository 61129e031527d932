import { execFile, type SpawnOptions } from "node:child_process";
import { stat } from "node:fs/promises";
import { promisify } from "node:util";
import { ignoring } from "./ignoring";
import { SERVER_ENVIRONMENT } from "./settings";

const run = promisify(execFile);

interface Ids {
  readonly uid: number;
  readonly gid: number;
}

/** Who runs PostgreSQL: ourselves, or, since it refuses to run as root, somebody else. */
export interface Account {
  /** Who must own the data; undefined when that is us anyway. */
  readonly owner?: Ids;
  readonly prefix: readonly string[];
  readonly spawnOptions: Pick<SpawnOptions, "uid" | "gid">;
}

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly options: SpawnOptions;
}

/**
 * @param folder the cluster, which may not exist yet
 * @param mustReach paths that the account has to be able to enter or execute
 * @throws when we are root and no account can reach them
 */
export async function chooseAccount(
  folder: string,
  mustReach: readonly string[],
): Promise<Account> {
  if (process.getuid?.() !== 0) return { prefix: [], spawnOptions: {} };
  const owner = await chooseOwner(folder);
  const refusals: string[] = [];
  for (const account of waysToRun(owner)) {
    const refusal = await whyUnreachable(account, mustReach);
    if (refusal === undefined) return account;
    refusals.push(refusal);
  }
  throw new Error(
    `PostgreSQL cannot run as root, and uid ${owner.uid} cannot reach ${mustReach.join(" and ")}. ` +
      `Start as a normal user, or put the project and its data where uid ${owner.uid} may enter ` +
      `(not under a folder with mode 0700). Tried: ${refusals.join("; ")}`,
  );
}

export function commandAs(account: Account, file: string, args: readonly string[]): Command {
  const [program, ...rest] = [...account.prefix, file, ...args] as [string, ...string[]];
  // The current folder may be one that the account cannot enter.
  const options = { ...account.spawnOptions, cwd: "/", env: SERVER_ENVIRONMENT };
  return { file: program, args: rest, options };
}

/** Whoever made the cluster goes on with it: its owner must not change when a user is added later. */
async function chooseOwner(folder: string): Promise<Ids> {
  const made = await stat(folder).catch(ignoring("ENOENT", undefined));
  if (made !== undefined && made.uid !== 0) return { uid: made.uid, gid: made.gid };
  return (await lookUp("postgres")) ?? (await lookUp("nobody")) ?? { uid: 65534, gid: 65534 };
}

async function lookUp(user: string): Promise<Ids | undefined> {
  // `id` answers for every user database; it fails for an unknown user, which is an answer too.
  const ask = async (flag: string): Promise<number> =>
    Number((await run("id", [flag, user], { env: SERVER_ENVIRONMENT })).stdout);
  try {
    return { uid: await ask("-u"), gid: await ask("-g") };
  } catch {
    return undefined;
  }
}

/**
 * From the least power to the most. Under /root (mode 0700) the account needs a capability to pass:
 * reading is enough, yet a container often grants only dac_override.
 */
function waysToRun(owner: Ids): Account[] {
  const plain: Account = { owner, prefix: [], spawnOptions: owner };
  const withCapability = (capability: string): Account => ({
    owner,
    prefix: [
      ...["setpriv", `--reuid=${owner.uid}`, `--regid=${owner.gid}`, "--clear-groups"],
      ...[`--inh-caps=+${capability}`, `--ambient-caps=+${capability}`],
      // PostgreSQL asks access(2), which otherwise disregards the capabilities of a non-root user.
      "--securebits=+no_setuid_fixup",
    ],
    spawnOptions: {},
  });
  return [plain, withCapability("dac_read_search"), withCapability("dac_override")];
}

async function whyUnreachable(
  account: Account,
  paths: readonly string[],
): Promise<string | undefined> {
  const script = 'for path; do test -x "$path" || { echo "no access to $path" >&2; exit 1; }; done';
  const { file, args, options } = commandAs(account, "/bin/sh", ["-c", script, "sh", ...paths]);
  try {
    await run(file, args, options);
    return undefined;
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    return `${account.prefix.join(" ") || "plain"}: ${stderr?.trim() || message}`;
  }
}
