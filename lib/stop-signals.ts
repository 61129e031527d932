/** One Ctrl-C comes twice: from the terminal, and from npm, which got it too. */
const SAME_SIGNAL_MS = 500;

export interface StopHandlers {
  readonly first: (signal: NodeJS.Signals) => void;
  /** Somebody is in a hurry. */
  readonly again: () => void;
}

/** Tells the first SIGINT or SIGTERM from those that people send after it. */
export function onStopSignal({ first, again }: StopHandlers): void {
  let since: number | null = null;
  const hear = (signal: NodeJS.Signals): void => {
    if (since === null) {
      since = performance.now();
      first(signal);
    } else if (performance.now() - since > SAME_SIGNAL_MS) again();
  };
  process.on("SIGINT", hear);
  process.on("SIGTERM", hear);
}
