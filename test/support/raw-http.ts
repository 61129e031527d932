import { connect, type Socket } from "node:net";

/** What a server wrote on one connection until it closed it, and how long that took. */
export interface RawAnswer {
  readonly text: string;
  readonly ms: number;
}

/** Sends bytes as they are and reads until the other side closes; for what no HTTP client would send. */
export function sendRaw(
  url: string,
  write: string | ((socket: Socket) => void),
  timeoutMs = 10_000,
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const began = performance.now();
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(Number(port), hostname);
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`still open: ${text}`)));
    socket.on("connect", () => (typeof write === "string" ? socket.write(write) : write(socket)));
    socket.on("data", (chunk) => (text += chunk.toString()));
    socket.on("error", (error: Error & { code?: string }) => {
      // A server that has answered and closed may reset what we still send.
      if (text === "" || !["ECONNRESET", "EPIPE"].includes(error.code ?? "")) reject(error);
    });
    socket.on("close", () => resolve({ text, ms: performance.now() - began }));
  });
}

/** A request line with headers, as `GET /x` and `name: value` lines. */
export const head = (line: string, ...headers: string[]): string =>
  [`${line} HTTP/1.1`, "host: shop", ...headers, "", ""].join("\r\n");
