import { writeFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { newId } from "../../lib/ids";
import { EventSeal } from "../../lib/messaging/event-seal";
import { JetStreamTransport } from "../../lib/messaging/jetstream-transport";
import { eventually } from "../support/eventually";
import { freePort } from "../support/free-port";
import { NatsServer, natsIsThere } from "../support/nats-server";

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A server with one user, whose password is changed by changing `env`. */
async function serverWithLogin() {
  const folder = await mkdtemp(join(tmpdir(), "souk-nats-login-"));
  const configFile = join(folder, "nats.conf");
  await writeFile(
    configFile,
    "jetstream { store_dir: $NATS_STORE_DIR }\nauthorization { user: orders, password: $PASSWORD }\n",
  );
  const env = { PASSWORD: "right" };
  const server = await NatsServer.start({ configFile, env });
  ends.push(() => rm(folder, { recursive: true }));
  ends.push(() => server.remove());
  const restartWith = async (password: string): Promise<void> => {
    await server.kill();
    env.PASSWORD = password;
    await server.start();
  };
  return { server, restartWith };
}

function listener() {
  const said: string[] = [];
  const hear = (line: unknown): void => void said.push(String(line));
  return { said, logger: { warn: hear, error: hear, info: hear } };
}

function connect(authority: string, logger = listener().logger): Promise<JetStreamTransport> {
  const connecting = JetStreamTransport.connect({
    url: `nats://${authority}`,
    namespace: `t${newId().slice(-8)}`,
    node: "test",
    seal: new EventSeal(["a key of the mesh"]),
    logger,
    keep: { streamHours: 168 },
  });
  connecting.then(
    (transport) => ends.push(() => transport.close()),
    () => undefined, // for the test to expect
  );
  return connecting;
}

describe.skipIf(!natsIsThere())("NATS", () => {
  test("a login that is refused for a while does not end the connection for good", async () => {
    const { server, restartWith } = await serverWithLogin();
    const transport = await connect(`orders:right@127.0.0.1:${server.port}`);
    let refusals = 0;
    void (async () => {
      for await (const { data } of transport.connection.status())
        if (data === "AUTHORIZATION_VIOLATION") refusals++;
    })();
    await restartWith("another");
    await eventually(async () => refusals >= 2);
    await restartWith("right");
    await eventually(async () => (await transport.connection.rtt().catch(() => null)) !== null);
  });

  test("a first login that is refused is told at once", async () => {
    const { server } = await serverWithLogin();
    await expect(connect(`orders:guess@127.0.0.1:${server.port}`)).rejects.toThrow(
      /^NATS_URL: .*Authorization Violation/,
    );
  });

  test("who waits for a server that is not there yet says so, and why", async () => {
    const port = await freePort();
    const { said, logger } = listener();
    const connecting = connect(`127.0.0.1:${port}`, logger);
    await eventually(async () => said.length > 0);
    expect(said[0]).toMatch(/^NATS does not answer, .*CONNECTION_REFUSED/);
    const server = await NatsServer.start({ port });
    ends.push(() => server.remove());
    await connecting;
  });
});
