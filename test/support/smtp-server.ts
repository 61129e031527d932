import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { SMTPServer } from "smtp-server";

export interface SmtpServer {
  readonly url: string;
  /** The messages taken, as they came. */
  readonly taken: string[];
  /** How many connections were opened. */
  readonly connections: () => number;
  stop(): Promise<void>;
}

export interface SmtpServerOptions {
  readonly port?: number;
  /** Who has to sign in; nobody when it is left out. */
  readonly login?: { readonly user: string; readonly password: string };
  /** The answer to a receiver, as `550 no such user`; anything that begins with 2 takes it. */
  readonly onReceiver?: (receiver: string) => string;
  /** The answer to a whole message, which counts as taken all the same: an answer can get lost. */
  readonly onMessage?: (message: string) => string;
}

/** A refusal that the server sends on as it is; null for an answer that is none. */
function refusal(answer: string): Error | null {
  const code = Number(answer.slice(0, 3));
  return code < 400
    ? null
    : Object.assign(new Error(answer.slice(4) || "no"), { responseCode: code });
}

/** A real mail server (smtp-server) in this process. */
export async function startSmtpServer(options: SmtpServerOptions = {}): Promise<SmtpServer> {
  const { login, onReceiver = () => "250 ok", onMessage = () => "250 ok" } = options;
  const taken: string[] = [];
  let connections = 0;
  const server = new SMTPServer({
    disabledCommands: login ? ["STARTTLS"] : ["STARTTLS", "AUTH"],
    authOptional: !login,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    onConnect: (_session, done) => {
      connections += 1;
      done();
    },
    onAuth: ({ username, password }, _session, done) =>
      username === login?.user && password === login?.password
        ? done(null, { user: username })
        : done(Object.assign(new Error("bad credentials"), { responseCode: 535 })),
    onRcptTo: ({ address }, _session, done) => done(refusal(onReceiver(address))),
    onData: (stream, _session, done) => {
      text(stream).then((message) => {
        taken.push(message);
        done(refusal(onMessage(message)));
      }, done);
    },
  });
  // A client that went away is what some tests are about.
  server.on("error", () => undefined);
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server.server, "listening");
  // A TCP server's address is never a pipe's name.
  const { port } = server.server.address() as AddressInfo;
  const who = login
    ? `${encodeURIComponent(login.user)}:${encodeURIComponent(login.password)}@`
    : "";
  return {
    url: `smtp://${who}127.0.0.1:${port}`,
    taken,
    connections: () => connections,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const connection of server.connections) connection.close();
      }),
  };
}
