import type { Member } from "./member";

/** From whoever started the cluster, a test: faults for the processes of a service, or of all (`*`). */
export interface FaultOrder {
  readonly to: string;
  readonly arm: string;
}

/** Passes faults on to the processes they are for (lib/faults/by-message.ts); one that is down misses them. */
export function forwardFaults(members: readonly Member[]): void {
  process.on("message", (message) => {
    const { to, arm } = message as FaultOrder; // nobody else has this channel
    for (const member of members) {
      if (to === "*" || member.planned.service === to) member.send({ arm });
    }
  });
  process.channel?.unref();
}
