import { ServiceBroker } from "moleculer";

/** Moleculer with its NATS transporter, and everything off that can be. */
export const bareBroker = (nodeID) =>
  new ServiceBroker({
    namespace: "bare",
    nodeID,
    transporter: process.env.NATS_URL,
    logger: false,
    internalMiddlewares: false,
    internalServices: false,
    validator: false,
  });
