import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../lib/embedded/postgres";
import { isRunning } from "../support/is-running";

const MODULE = resolve(__dirname, "../../lib/embedded/postgres");

let dataDir: string;
let started: EmbeddedPostgres[];
let children: ChildProcess[];

beforeEach(async () => {
  dataDir = await realpath(await mkdtemp(join(tmpdir(), "embedded-postgres-")));
  started = [];
  children = [];
});

afterEach(async () => {
  for (const child of children) await killed(child);
  // A killed child leaves its server to the next start; here it is to be stopped.
  if (children.length > 0 && started.length === 0) await start();
  for (const postgres of started) await postgres.stop();
  await rm(dataDir, { recursive: true });
});

describe("embedded PostgreSQL", () => {
  test("keeps the data over a restart", async () => {
    const first = await start();
    expect(first.created).toBe(true);
    await writeNote(first.url, "kept");
    await first.stop();

    const second = await start();
    expect(second.created).toBe(false);
    expect(await readNotes(second.url)).toEqual(["kept"]);
  });

  test("is durable, checks its pages, and sorts the same everywhere", async () => {
    const { url } = await start();
    const settings = await query<{ name: string; setting: string }>(
      url,
      `select name, setting from pg_settings where name in
         ('fsync', 'synchronous_commit', 'data_checksums', 'server_encoding', 'TimeZone', 'jit')`,
    );
    expect(Object.fromEntries(settings.map((row) => [row.name, row.setting]))).toEqual({
      fsync: "on",
      synchronous_commit: "on",
      data_checksums: "on",
      server_encoding: "UTF8",
      TimeZone: "UTC",
      jit: "off",
    });
    const sorted = await query<{ word: string }>(
      url,
      "select word from unnest(array['b', 'É', 'a', 'Z']) word order by word",
    );
    expect(sorted.map((row) => row.word)).toEqual(["Z", "a", "b", "É"]);
  });

  test("lets nobody in without the password, which only its owner can read", async () => {
    const { url } = await start();
    await expect(query(url.replace(/:[0-9a-f]{48}@/, ":guess@"), "select 1")).rejects.toThrow(
      "password authentication failed",
    );
    const { mode } = await stat(join(dataDir, "postgres", "embedded-password"));
    expect(mode & 0o777).toBe(0o600);
  });

  test("leaves no process behind when stopped, and stops only once", async () => {
    const postgres = await start();
    const pid = await postmasterPid();
    const backends = await query<{ pid: number }>(postgres.url, "select pid from pg_stat_activity");
    await Promise.all([postgres.stop(), postgres.stop()]);

    expect([pid, ...backends.map((row) => row.pid)].filter(isRunning)).toEqual([]);
  });

  test("ends with a process that ends without stopping it", async () => {
    const child = await startInChild();
    await writeNote(child.url, "committed");
    const pid = await postmasterPid();
    child.process.kill("SIGHUP"); // on which it calls process.exit
    await once(child.process, "exit");
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 10_000 });
    expect(await readNotes((await start()).url)).toEqual(["committed"]);
  });

  test("stops although a client is in the middle of a transaction", async () => {
    const postgres = await start();
    const client = await connect(postgres.url);
    await client.query("begin; create table half_done ()");
    await postgres.stop();

    const { url } = await start();
    expect(await query(url, "select to_regclass('half_done') as found")).toEqual([{ found: null }]);
  });

  test.runIf(process.platform === "linux")(
    "runs in a process group of its own, out of reach of Ctrl-C",
    async () => {
      await start();
      const pid = await postmasterPid();
      const status = await readFile(`/proc/${pid}/stat`, "utf8");
      const [, , processGroup, session] = status.slice(status.lastIndexOf(")") + 2).split(" ");
      expect([processGroup, session]).toEqual([`${pid}`, `${pid}`]);
    },
  );
});

describe("after kill -9", () => {
  test("of the parent, the next start takes over the running server and its data", async () => {
    const child = await startInChild();
    await writeNote(child.url, "written before the kill");
    const pid = await postmasterPid();
    await killed(child.process);
    expect(isRunning(pid)).toBe(true);

    const next = await start();
    expect(next.url).toBe(child.url);
    expect(await postmasterPid()).toBe(pid);
    expect(await readNotes(next.url)).toEqual(["written before the kill"]);
  });

  test("of the parent and the server, the next start recovers the data", async () => {
    const child = await startInChild();
    await writeNote(child.url, "committed");
    const pid = await postmasterPid();
    process.kill(pid, "SIGKILL");
    await killed(child.process);

    const next = await start();
    expect(await postmasterPid()).not.toBe(pid);
    expect(await readNotes(next.url)).toEqual(["committed"]);
  });

  test("of the server, it comes back by itself at the same address", async () => {
    const lines: string[] = [];
    const postgres = await start((line) => lines.push(line));
    await writeNote(postgres.url, "committed");
    const pid = await postmasterPid();
    process.kill(pid, "SIGKILL");

    await vi.waitFor(async () => expect(await readNotes(postgres.url)).toEqual(["committed"]), {
      timeout: 15_000,
    });
    await vi.waitFor(() => expect(lines.filter((line) => /started/.test(line))).toHaveLength(2));
    expect(lines.join("\n")).toContain("Lost PostgreSQL");
    await postgres.stop();
    expect(isRunning(pid)).toBe(false);
  });

  test("of a client's backend, ownership is taken again from the recovered server", async () => {
    const lines: string[] = [];
    const postgres = await start((line) => lines.push(line));
    const pid = await postmasterPid();
    const [backend] = await query<{ pid: number }>(
      postgres.url,
      "select pid from pg_stat_activity where application_name like 'owner-pid-%'",
    );
    process.kill(backend!.pid, "SIGKILL");

    await vi.waitFor(() => expect(lines.at(-1)).toContain(`taken over: pid ${pid}`), {
      timeout: 15_000,
    });
    await expect(startInChild()).rejects.toThrow(`in use by process ${process.pid}`);
  });

  test("of the parent during initdb, the half-made folder is made again", async () => {
    const child = runChild();
    const staging = await vi.waitFor(async () => {
      const name = (await readdir(dataDir)).find((entry) => entry.startsWith("postgres.init-"));
      await stat(join(dataDir, name!, "data", "PG_VERSION"));
      return name!;
    }, 20_000);
    await killed(child);
    expect(await readdir(dataDir)).toContain(staging);

    const next = await start();
    expect(next.created).toBe(true);
    expect((await readdir(dataDir)).sort()).toEqual(["postgres", "postgres.log"]);
  });
});

describe("a folder that is not free", () => {
  test("is refused to a second process, which is told who holds it", async () => {
    const { url } = await start();
    await expect(startInChild()).rejects.toThrow(
      `${join(dataDir, "postgres")} is in use by process ${process.pid}.`,
    );
    expect(await query(url, "select 1 as one")).toEqual([{ one: 1 }]);
  });

  test("goes to exactly one of two processes that start at once", async () => {
    const outcomes = await Promise.allSettled([startInChild(), startInChild()]);
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(["fulfilled", "rejected"]);
    const refused = outcomes.find((outcome) => outcome.status === "rejected");
    expect(String(refused?.reason)).toContain("is in use by process");
  });

  test("is started although its stale pid file names a stranger", async () => {
    await (await start()).stop();
    await writePidFile(process.pid);
    expect(await readNotes((await start()).url)).toEqual([]);
  });

  test("is left alone when somebody else's files are in it", async () => {
    await mkdir(join(dataDir, "postgres"));
    await writeFile(join(dataDir, "postgres", "precious"), "");
    await expect(start()).rejects.toThrow("is in the way");
    expect(await readdir(join(dataDir, "postgres"))).toEqual(["precious"]);
  });

  test("whose server cannot start says why, in the server's own words", async () => {
    await (await start()).stop();
    await appendFile(join(dataDir, "postgres", "postgresql.conf"), "\nwork_mem = 'plenty'\n");
    await expect(start()).rejects.toThrow('invalid value for parameter "work_mem": "plenty"');
  });
});

async function start(log?: (line: string) => void): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataDir, ...(log && { log }) });
  started.push(postgres);
  return postgres;
}

function runChild(): ChildProcess {
  const script = `
    process.on("SIGHUP", () => process.exit(1));
    require(${JSON.stringify(MODULE)}).startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)} })
      .then((postgres) => console.log(postgres.url), (error) => console.log(String(error)));`;
  const transpile = ["-r", "ts-node/register/transpile-only"];
  const child = spawn(process.execPath, [...transpile, "-e", script], {
    cwd: resolve(__dirname, "../.."),
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  return child;
}

async function startInChild(): Promise<{ url: string; process: ChildProcess }> {
  const child = runChild();
  const [line] = (await once(createInterface(child.stdout!), "line")) as [string];
  if (!line.startsWith("postgres://")) throw new Error(line);
  return { url: line, process: child };
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

async function postmasterPid(): Promise<number> {
  return Number.parseInt(await readFile(join(dataDir, "postgres", "postmaster.pid"), "utf8"));
}

async function writePidFile(pid: number): Promise<void> {
  const folder = join(dataDir, "postgres");
  const lines = [pid, folder, 1, 5432, "", "127.0.0.1", "       1         1", "ready", ""];
  await writeFile(join(folder, "postmaster.pid"), lines.join("\n"), { mode: 0o600 });
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: `${url}/postgres` });
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

async function query<Row extends object>(url: string, sql: string): Promise<Row[]> {
  const client = await connect(url);
  return client
    .query<Row>(sql)
    .then((result) => result.rows)
    .finally(() => client.end());
}

async function writeNote(url: string, text: string): Promise<void> {
  await query(url, `create table notes (text text); insert into notes values ('${text}')`);
}

async function readNotes(url: string): Promise<string[]> {
  await query(url, "create table if not exists notes (text text)");
  return (await query<{ text: string }>(url, "select text from notes")).map((row) => row.text);
}
