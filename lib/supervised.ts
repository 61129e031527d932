/** What a supervised process tells its supervisor, over the channel that Node gives to both. */
export type ProcessReport =
  | {
      readonly kind: "ready";
      readonly nodeId: string;
      /** From the start of the process, in ms. */
      readonly afterMs: number;
      readonly announcements: readonly string[];
    }
  | {
      readonly kind: "usage";
      /** Bytes. */
      readonly rss: number;
      /** Of processor time since the start of the process, in µs. */
      readonly cpu: number;
    };

/** The argument by which a supervisor says that it is one. */
export const SUPERVISED = "--supervised";

const USAGE_MS = 1_000;

function report(message: ProcessReport): void {
  // One whose supervisor has gone is about to stop.
  if (process.connected) process.send?.(message);
}

/**
 * Reports to the supervisor for as long as this process lives, and ends it as SIGTERM does when the
 * supervisor has died. Does nothing, and returns a function that does nothing, without one.
 */
export function reportToSupervisor(): (nodeId: string, announcements: readonly string[]) => void {
  if (!process.argv.includes(SUPERVISED)) return () => undefined;
  process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
  process.channel?.unref();
  setInterval(() => {
    const { user, system } = process.cpuUsage();
    report({ kind: "usage", rss: process.memoryUsage.rss(), cpu: user + system });
  }, USAGE_MS).unref();
  return (nodeId, announcements) =>
    report({ kind: "ready", nodeId, afterMs: Math.round(performance.now()), announcements });
}
