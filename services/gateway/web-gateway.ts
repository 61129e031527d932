import type { IncomingMessage, ServerResponse } from "node:http";
import type { Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Context, Service, ServiceSchema } from "moleculer";
import ApiGateway from "moleculer-web";
import type { Runtime } from "../../config/runtime";
import { contracts } from "../../contracts";
import { callerOf } from "../../lib/mesh/caller";
import { defineMixin } from "../../lib/mesh/implement";
import { inScope } from "../../lib/observability/scope";
import { describeApi, type ApiDocuments } from "./describe-api";
import { Door } from "./door";
import type { Exchange } from "./exchange";
import { Health } from "./health";
import { OrderEvents } from "./order-events";
import { pageTargets } from "./pages";
import { HttpServer } from "./server";
import { actionTargets, routerOf } from "./targets";

/** What moleculer-web hangs on a request, as far as we look at it. */
type WebRequest = IncomingMessage & { exchange: Exchange };

type This = Service & {
  door: Door;
  health: Health;
  orderEvents: OrderEvents;
  http?: HttpServer;
  /** Where moleculer-web has Node's server. */
  server: Server;
  /** Of moleculer-web: runs `rest`. */
  httpHandler(req: IncomingMessage, res: ServerResponse): Promise<void>;
};

/**
 * Moleculer-web with the parts replaced that are slow or loose in it (RELIABILITY T3, T31–T43): the
 * look-up of routes, reading, calling, answering and errors. What stays is its pipeline: each request
 * is a Moleculer context of its `rest` action, the parent of all calls that are made for it.
 */
export const webGateway = (runtime: Runtime): Partial<ServiceSchema> =>
  defineMixin<This>({
    mixins: [ApiGateway],
    settings: {
      // The server is ours (server.ts): moleculer-web's has no limits, waits for ever when it stops,
      // and ends the process when the port is taken.
      server: false,
      // One route that maps nothing: without any, moleculer-web would publish every action (T31).
      routes: [{ path: "/", mappingPolicy: "restrict", aliases: {}, bodyParsers: false }],
      logRequest: null,
      logResponse: null,
      logRequestParams: null,
      logRouteRegistration: null,
      rootCallOptions(options: Record<string, unknown>, req: WebRequest) {
        // Also keeps an unchecked X-Correlation-Id out (T43).
        options.requestID = req.exchange.requestId;
        // We wait for requests ourselves, after the door is closed (T41).
        options.tracking = false;
      },
    },
    actions: {
      rest: {
        async handler(this: This, ctx: Context<{ req: WebRequest }>): Promise<true> {
          const { exchange } = ctx.params.req;
          const answer = await this.door.answer(exchange, ctx);
          if (answer) this.door.send(exchange, answer);
          return true;
        },
      },
      // They would tell, and change, routes for anybody on the bus.
      listAliases: false,
      addRoute: false,
      removeRoute: false,
    },
    methods: {
      errorHandler({ exchange }: WebRequest, _res: ServerResponse, error: unknown): void {
        this.door.sendError(exchange, error);
      },
    },
    events: {
      /** `cache.invalidate.catalog`: what that service answered may be another now. */
      "cache.invalidate.*"(this: This, ctx: Context): void {
        this.door.cache.clear(ctx.eventName?.split(".")[2] ?? "");
      },
      "order.status"(this: This, ctx: Context<{ orderId: string }>): void {
        this.orderEvents.wake(ctx.params.orderId);
      },
    },
    created() {
      const caller = callerOf(this.broker, "gateway");
      const secure = runtime.config.tls !== null;
      this.health = new Health(this.broker);
      this.orderEvents = new OrderEvents({ caller, logger: this.logger, secure });
      let documents: ApiDocuments | undefined;
      const pages = pageTargets({
        readiness: () => this.health.readiness(),
        orderEvents: this.orderEvents,
        // Of use to few, so made for the first who asks.
        documents: () => (documents ??= describeApi(pages)),
      });
      const router = routerOf([...actionTargets(contracts), ...pages]);
      this.door = new Door(runtime.config, this.broker, router);
    },
    async started() {
      const { host, port, tls } = runtime.config;
      const onRequest = (req: IncomingMessage, res: ServerResponse): void => {
        const exchange = this.door.begin(req, res);
        if (this.door.answerAtOnce(exchange)) return;
        const handled = inScope(exchange.scope, () =>
          this.httpHandler(Object.assign(req, { exchange }), res),
        );
        handled.catch((error: unknown) => {
          this.logger.error({ err: error }, "a request could not even be refused");
          res.destroy();
        });
      };
      const http = new HttpServer({ host, port, tls, onRequest });
      this.http = http;
      this.server = http.server;
      const url = await http.listen();
      runtime.announce(`shop: ${url}  docs: ${url}/docs`);
    },
    async stopped() {
      this.health.startLeaving();
      this.door.startClosing();
      await sleep(runtime.config.drainMs);
      await this.orderEvents.close();
      await this.http?.close();
    },
  });
