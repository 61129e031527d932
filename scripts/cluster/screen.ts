import type { WriteStream } from "node:tty";

const REDRAW_MS = 1_000;
const NEWS = 6;

/** Shows what happens. */
export interface Screen {
  /** Something that a person should know. */
  say(line: string): void;
  close(): void;
}

/** Line after line: for a pipe, a file, or beside the logs. */
export const plainScreen = (): Screen => ({
  say: (line) => console.log(line),
  close: () => undefined,
});

/** A picture in place on a terminal, drawn anew every second, with the last news below it. */
export function liveScreen(out: WriteStream, picture: () => readonly string[]): Screen {
  const news: string[] = [];
  let height = 0;
  function draw(): void {
    const lines = [...picture(), "", ...news]
      .slice(0, Math.max(1, out.rows - 1))
      .map((line) => line.slice(0, out.columns));
    const back = height > 0 ? `\x1b[${height}A\r\x1b[J` : "";
    out.write(`${back}${lines.join("\n")}\n`);
    height = lines.length;
  }
  const timer = setInterval(draw, REDRAW_MS);
  return {
    say(line) {
      news.push(`${new Date().toTimeString().slice(0, 8)}  ${line}`);
      if (news.length > NEWS) news.shift();
      draw();
    },
    close() {
      clearInterval(timer);
      draw();
    },
  };
}
