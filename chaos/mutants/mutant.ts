import type { Flaw, Trial } from "../trial";

/** One text in a compiled file, and what stands there instead. It must be there exactly once. */
export interface Patch {
  /** Below dist/. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** A bug that somebody could have made, and the trial that has to find it. */
export interface Mutant {
  readonly name: string;
  readonly patches: readonly Patch[];
  readonly trial: Trial;
}

export const patch = (file: string, find: string, replace: string): Patch => ({
  file,
  find,
  replace,
});

/** Of a bug: after how many runs it was found, and by what; `runs` is null when it was not. */
export interface Hunt {
  readonly runs: number | null;
  readonly found: readonly Flaw[];
}
