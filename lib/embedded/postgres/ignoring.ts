/** Turns one expected file-system error into a value; every other error goes on. */
export function ignoring<T>(code: string, value: T): (error: unknown) => T {
  return (error) => {
    if ((error as NodeJS.ErrnoException).code === code) return value;
    throw error;
  };
}
