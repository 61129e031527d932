import { createServer, type AddressInfo, type Socket } from "node:net";
import { createInterface } from "node:readline";

export interface SmtpServer {
  readonly url: string;
  /** The messages taken, as they came. */
  readonly taken: string[];
  stop(): Promise<void>;
}

/** A mail server that takes everything; `answer` may refuse a receiver with another reply. */
export async function startSmtpServer(
  answer: (receiver: string) => string = () => "250 ok",
): Promise<SmtpServer> {
  const taken: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    converse(socket, answer, taken);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    // A TCP server's address is never a pipe's name.
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function converse(socket: Socket, answer: (receiver: string) => string, taken: string[]): void {
  let message: string[] | null = null;
  const say = (line: string): void => void socket.write(`${line}\r\n`);
  say("220 test");
  createInterface({ input: socket }).on("line", (line) => {
    if (message && line !== ".") {
      message.push(line.startsWith("..") ? line.slice(1) : line);
    } else if (message) {
      taken.push(message.join("\r\n"));
      message = null;
      say("250 taken");
    } else if (/^DATA/i.test(line)) {
      message = [];
      say("354 go on");
    } else if (/^QUIT/i.test(line)) {
      say("221 bye");
      socket.end();
    } else {
      const receiver = /^RCPT TO:<(.*?)>/i.exec(line)?.[1];
      say(receiver === undefined ? "250 ok" : answer(receiver));
    }
  });
}
