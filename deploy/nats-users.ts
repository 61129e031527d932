import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { contracts, durableActions, operator } from "../contracts";
import { declaredCalls } from "../lib/mesh/declared-calls";
import { natsUsers, usersConfig, type NatsUser } from "../lib/messaging/nats-users";

const FILE = join(__dirname, "nats/users.conf");

const usersOf = (namespace: string): NatsUser[] =>
  natsUsers({
    namespace,
    services: Object.values(contracts),
    operator: operator.name,
    calls: declaredCalls({ contracts, durableActions, principals: [operator] }),
  });

/** The same in every namespace. */
export const natsUserNames: readonly string[] = usersOf("souk").map(({ name }) => name);

/** The users of NATS and what each may do, from the contracts. */
export const renderNatsUsers = (namespace: string): string =>
  usersConfig(usersOf(namespace), [
    "One user per service, with the subjects that its contract gives it. Rendered from contracts/:",
    "  npm run nats:render [namespace]",
    "Passwords come from the server's environment; let them begin with a letter.",
  ]);

/** `npm run nats:render [namespace]` */
if (require.main === module) {
  writeFileSync(FILE, renderNatsUsers(process.argv[2] ?? "souk"));
  console.log(`written: ${FILE}`);
}
