import { operator, serviceNames } from "../contracts";

/** The users of deploy/nats/users.conf: each service, whoever uses the REPL, and who looks after the broker. */
export const natsUserNames: readonly string[] = [...serviceNames, operator.name, "admin"];
