// The service behind moleculer-gateway.mjs.
import { bareBroker } from "./bare-broker.mjs";
import { product } from "./shared.mjs";

const broker = bareBroker("catalog");
broker.createService({
  name: "catalog",
  actions: { get: ({ params }) => product(params.slug) },
});
await broker.start();
console.log("listening on nats");
