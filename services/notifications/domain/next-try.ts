/** Ten tries outlast a mail server's bad morning: five and a half hours. */
export const MAX_TRIES = 10;

/** Seconds to wait after so many tries that failed: 2, 6, 18 … 13,122; null when it is over. */
export const nextTry = (tries: number): number | null =>
  tries >= MAX_TRIES ? null : 2 * 3 ** (tries - 1);
