import { seededRandom, shuffled } from "../lib/faults/random";
import { cells } from "./cells";
import { stories, type StoryName } from "./stories";

/** Something that is done to the shop while it works. */
export type Blow =
  /** A fault at a point, sent to the process. */
  | { readonly kind: "fault"; readonly faults: string }
  /** `kill -9` from outside, wherever the process is. */
  | { readonly kind: "kill" }
  /** SIGSTOP, and SIGCONT later. */
  | { readonly kind: "freeze"; readonly ms: number }
  /** The embedded PostgreSQL dies in the middle of everything (SIGQUIT); the shop starts it again. */
  | { readonly kind: "lose-postgres" };

export interface Planned {
  /** Once so many stories have begun. */
  readonly after: number;
  readonly blow: Blow;
}

/** All that a run does, drawn from its seed: the same seed is the same run, but for timing. */
export interface Schedule {
  readonly seed: number;
  readonly stories: readonly StoryName[];
  readonly blows: readonly Planned[];
}

/** How often each story comes; who buys and stays content is most of them. */
const LOTS: Readonly<Partial<Record<StoryName, number>>> = { buy: 6, "buy two": 3, receive: 2 };

const BLOWS = 3;
const DISTURBANCES = ["throw", "delay:300", "hang"];

export function scheduleOf(seed: number, orders: number): Schedule {
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
  return {
    seed,
    stories: Array.from({ length: orders }, () => pick(names)),
    blows: places.sort((a, b) => a - b).map((after) => ({ after, blow: drawBlow(random, pick) })),
  };
}

function drawBlow(random: () => number, pick: <T>(items: readonly T[]) => T): Blow {
  const lot = random();
  if (lot < 0.5) return { kind: "fault", faults: `${pick(cells).point}=kill9@${pick([1, 2, 5])}` };
  if (lot < 0.7) {
    const { point } = pick(cells);
    return { kind: "fault", faults: `${point}=${pick(DISTURBANCES)}@${pick([1, 2, 3])}` };
  }
  if (lot < 0.8) return { kind: "fault", faults: "*.deliver=dup" };
  if (lot < 0.9) return { kind: "kill" };
  if (lot < 0.95) return { kind: "freeze", ms: 2_000 };
  return { kind: "lose-postgres" };
}
