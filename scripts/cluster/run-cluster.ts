import { mkdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ConfigError } from "../../config/env";
import { messageOf } from "../../lib/errors";
import { onStopSignal } from "../../lib/stop-signals";
import { forwardFaults } from "./forward-faults";
import { Member } from "./member";
import { parseOptions, USAGE, type ClusterOptions } from "./options";
import { planCluster, type Env, type Plan } from "./plan";
import { liveScreen, plainScreen, type Screen } from "./screen";
import { tableOf } from "./table";

export interface ClusterCommand {
  /** Of the checkout. */
  readonly root: string;
  readonly args: readonly string[];
  readonly env: Env;
}

/** A little longer than a process takes before it cuts itself short, beside its DRAIN_MS. */
const STOP_LIMIT_MS = 12_000;
const POLL_MS = 50;

/** Runs the cluster until it is told to stop, and then ends this process. */
export async function runCluster({ root, args, env }: ClusterCommand): Promise<void> {
  const options = orExit(() => parseOptions(args), USAGE);
  const plan = await planCluster(env, options).catch(exitWith);
  const logFolder = join(plan.config.dataDir, "logs");
  await mkdir(logFolder, { recursive: true });
  const members: Member[] = [];
  const screen = screenOf(options, () => pictureOf(members));
  const say = (line: string): void => screen.say(line);
  const log = options.logs ? showLine : nothing;
  for (const planned of plan.members) {
    members.push(new Member({ planned, root, logFolder, say, log }));
  }
  stopOnSignal(members, { screen, limitMs: plan.config.drainMs + STOP_LIMIT_MS });
  if (plan.config.faults?.byMessage) forwardFaults(members);
  await startAll(members);
  announce(plan, { members, screen, logFolder });
}

const showLine = (name: string, line: string): void => console.log(`${name} | ${line}`);
const nothing = (): void => undefined;

const screenOf = ({ logs }: ClusterOptions, picture: () => string[]): Screen =>
  process.stdout.isTTY && !logs ? liveScreen(process.stdout, picture) : plainScreen();

function pictureOf(members: readonly Member[]): string[] {
  const total = members.reduce((sum, { rss }) => sum + rss, 0);
  const shops = members.flatMap(({ announcements }) => announcements);
  const ready = members.filter(({ state }) => state === "ready").length;
  const sum = `${ready} of ${members.length} are ready, ${Math.round(total / 2 ** 20)} MB in all`;
  return [...tableOf(members), "", sum, ...shops];
}

/** A few at a time: twelve that load at once all take as long as twelve. */
async function startAll(members: readonly Member[]): Promise<void> {
  const atOnce = Math.max(2, availableParallelism());
  for (const member of members) {
    while (members.filter(({ state }) => state === "starting").length >= atOnce) {
      await sleep(POLL_MS);
    }
    if (member.state === "waiting") member.start();
  }
  // One that dies on its way counts as late, not as never.
  while (members.some(({ state }) => state === "starting" || state === "waiting")) {
    await sleep(POLL_MS);
  }
}

function announce(
  { config }: Plan,
  of: { members: readonly Member[]; screen: Screen; logFolder: string },
): void {
  const { members, screen, logFolder } = of;
  if (members.some(({ state }) => state !== "ready")) return; // told to stop before it was up
  screen.say(`Souk is ready: ${members.length} processes; logs: ${logFolder}`);
  for (const line of members.flatMap(({ announcements }) => announcements)) screen.say(line);
  if (!config.admin) {
    screen.say("no admin is made in a cluster without ADMIN_EMAIL and ADMIN_PASSWORD");
  }
}

interface Stopping {
  readonly screen: Screen;
  /** After which those that still run are killed. */
  readonly limitMs: number;
}

/** First the doors, so that nobody comes in any more, then what is behind them. Asked twice: at once. */
function stopOnSignal(members: readonly Member[], stopping: Stopping): void {
  const { screen } = stopping;
  const first = (signal: NodeJS.Signals): void => {
    screen.say(`${signal}: stopping, the gateways first; once more kills all at once`);
    void stopInOrder(members, stopping).then((late) => {
      screen.say(late.length === 0 ? "all have stopped" : "the others have stopped");
      screen.close();
      process.exit(late.length === 0 ? 0 : 1);
    });
  };
  const again = (): void => {
    for (const member of members) member.stop("SIGKILL");
    screen.close();
    process.exit(1);
  };
  onStopSignal({ first, again });
}

async function stopInOrder(members: readonly Member[], stopping: Stopping): Promise<Member[]> {
  const gateways = members.filter(({ planned }) => planned.service === "gateway");
  const others = members.filter((member) => !gateways.includes(member));
  // One that only waits to be started must not be, meanwhile.
  for (const member of others) if (member.state === "waiting") member.stop();
  return [...(await stopAll(gateways, stopping)), ...(await stopAll(others, stopping))];
}

/** Those that did not stop in time, and were killed. */
async function stopAll(
  members: readonly Member[],
  { screen, limitMs }: Stopping,
): Promise<Member[]> {
  for (const member of members) member.stop();
  const all = Promise.all(members.map(({ ended }) => ended));
  await Promise.race([all, sleep(limitMs, undefined, { ref: false })]);
  const late = members.filter(({ state }) => state !== "stopped");
  for (const member of late) {
    screen.say(`${member.name} (pid ${member.pid}) did not stop in time, and is killed`);
    member.stop("SIGKILL");
  }
  await all;
  return late;
}

function orExit<T>(read: () => T, usage: string): T {
  try {
    return read();
  } catch (error) {
    console.error(`${messageOf(error)}\n\n${usage}`);
    process.exit(1);
  }
}

function exitWith(error: unknown): never {
  const faults = error instanceof ConfigError ? error.faults : [messageOf(error)];
  for (const fault of faults) console.error(fault);
  process.exit(1);
}
