import { connect } from "node:net";

/** None that the system gives to clients: one of those could have it before its server listens. */
export { findFreePort as freePort } from "../../lib/embedded/postgres/port";

/** Whether somebody listens on the port. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
