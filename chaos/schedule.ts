import { serviceNames } from "../contracts";
import { seededRandom, shuffled } from "../lib/faults/random";
import type { Blow, Mode } from "./blows";
import { cells } from "./cells";
import { remoteNames, serverNames } from "./servers";
import { stories, type StoryName } from "./stories";
import type { Weather } from "./tcp-proxy";

export interface Planned {
  /** Once so many stories have begun. */
  readonly after: number;
  readonly blow: Blow;
}

/** All that a run does, drawn from its seed: the same seed is the same run, but for timing. */
export interface Schedule {
  readonly seed: number;
  readonly mode: Mode;
  readonly stories: readonly StoryName[];
  readonly blows: readonly Planned[];
}

/** How often each story comes; who buys and stays content is most of them. */
const LOTS: Readonly<Partial<Record<StoryName, number>>> = { buy: 6, "buy two": 3, receive: 2 };

const BLOWS = 3;
const DISTURBANCES = ["throw", "delay:300", "hang"];
const ABSENCES_MS = [0, 1_000, 4_000];

interface Lottery {
  /** From 0 to 1. */
  readonly random: () => number;
  readonly pick: <T>(items: readonly T[]) => T;
}

export function scheduleOf(seed: number, orders: number, mode: Mode = "embedded"): Schedule {
  const random = seededRandom(seed);
  const pick = <T>(items: readonly T[]): T => {
    const item = items[Math.floor(random() * items.length)];
    if (item === undefined) throw new Error("nothing to choose from");
    return item;
  };
  const names = (Object.keys(stories) as StoryName[]).flatMap((name) =>
    Array.from({ length: LOTS[name] ?? 1 }, () => name),
  );
  const blows = BLOWS + Math.floor(random() * 3);
  const places = shuffled(
    Array.from({ length: orders - 1 }, (_, n) => n + 1),
    random,
  ).slice(0, blows);
  const drawn = (after: number): Planned => ({ after, blow: draw[mode]({ random, pick }) });
  return {
    seed,
    mode,
    stories: Array.from({ length: orders }, () => pick(names)),
    blows: places.sort((a, b) => a - b).map(drawn),
  };
}

const draw: Readonly<Record<Mode, (lottery: Lottery) => Blow>> = {
  embedded: (lottery) => {
    const lot = lottery.random();
    if (lot < 0.8) return drawFault(lottery, lot / 0.8);
    if (lot < 0.9) return { kind: "kill" };
    if (lot < 0.95) return { kind: "freeze", ms: 2_000 };
    return { kind: "lose-postgres" };
  },
  cluster: (lottery) => {
    const { random, pick } = lottery;
    const lot = random();
    if (lot < 0.3) return drawFault(lottery, lot / 0.3);
    if (lot < 0.4) return { kind: "kill", service: pick(serviceNames) };
    if (lot < 0.48)
      return { kind: "freeze", service: pick(serviceNames), ms: pick([2_000, 6_000]) };
    if (lot < 0.62)
      return { kind: "lose-server", server: pick(serverNames), ms: pick(ABSENCES_MS) };
    if (lot < 0.66) return { kind: "forget", server: "redis" };
    if (lot < 0.72) return { kind: "forget", server: "nats" };
    return drawNetwork(lottery);
  },
};

/** Most kill; `lot` is from 0 to 1. */
function drawFault({ pick }: Lottery, lot: number): Blow {
  if (lot >= 0.875) return { kind: "fault", faults: "*.deliver=dup" };
  const kills = lot < 0.625;
  if (kills) return { kind: "fault", faults: `${pick(cells).point}=kill9@${pick([1, 2, 5])}` };
  const { point } = pick(cells);
  return { kind: "fault", faults: `${point}=${pick(DISTURBANCES)}@${pick([1, 2, 3])}` };
}

const SLOW: Weather = { latencyMs: 50, jitterMs: 100 };
const NARROW: Weather = { bytesPerSecond: 20_000 };
const HOLE: Weather = { blackHole: true };
const FINE: Weather = {};

/** Into which of both ways something is put. */
const WAYS: readonly ((weather: Weather) => Record<"up" | "down", Weather>)[] = [
  (weather) => ({ up: weather, down: FINE }),
  (weather) => ({ up: FINE, down: weather }),
  (weather) => ({ up: weather, down: weather }),
];

function drawNetwork({ random, pick }: Lottery): Blow {
  const server = pick(remoteNames);
  const lot = random();
  if (lot < 0.15) return { kind: "reset", server };
  if (lot < 0.3) return { kind: "refuse", server, ms: pick(ABSENCES_MS) };
  if (lot < 0.5) return { kind: "half-open", server, closed: pick(["client", "server"]) };
  const weather = pick([SLOW, NARROW, HOLE, HOLE]);
  return { kind: "weather", server, ...pick(WAYS)(weather), ms: pick([2_000, 5_000]) };
}
