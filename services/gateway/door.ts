import type { IncomingMessage, ServerResponse } from "node:http";
import type { Context, ServiceBroker } from "moleculer";
import type { Config } from "../../config/env";
import { errors, fail } from "../../contracts/errors";
import { ExpectedError, hasCode, messageOf } from "../../lib/errors";
import { callerOf } from "../../lib/mesh/caller";
import { answerWithAction } from "./call-action";
import { clientKey } from "./client-address";
import { allowHeader, Cors } from "./cors";
import { beginExchange, type Answer, type Exchange } from "./exchange";
import { exchangeObserver } from "./observe-exchange";
import { assertAccess, Identities } from "./identity";
import { MicroCache } from "./micro-cache";
import { problemAnswer, problemOf } from "./problem";
import { limitRate, tellExhausted, type RateLimiter } from "./rate-limit";
import { pathOf } from "./read-params";
import type { Match, Router } from "./router";
import { send } from "./send";
import { rateLimiterOf } from "./shared-rate-limiter";
import type { Target } from "./targets";

interface Found {
  readonly target: Target;
  readonly values: readonly string[];
}

/** Never leaves this process, so its class tells. */
class MethodNotAllowed extends ExpectedError {
  constructor(readonly allow: string) {
    super("METHOD_NOT_ALLOWED", errors.METHOD_NOT_ALLOWED);
  }
}

/**
 * What one gateway does with a request, step by step: find the route, count, identify, let in, read,
 * call, answer. Moleculer-web runs the steps (web-gateway.ts); what they are is here.
 */
export class Door {
  readonly cache = new MicroCache();
  readonly #broker: ServiceBroker;
  readonly #router: Router<Target>;
  readonly #limiter: RateLimiter | null;
  readonly #identities: Identities;
  readonly #cors: Cors;
  readonly #trustedProxies: number;
  readonly #secure: boolean;
  readonly #observe: (exchange: Exchange) => void;
  #closing = false;

  constructor(config: Config, broker: ServiceBroker, router: Router<Target>) {
    const caller = callerOf(broker, "gateway");
    this.#broker = broker;
    this.#router = router;
    this.#limiter = rateLimiterOf(config, broker.getLogger("rate-limit"));
    this.#identities = new Identities(() => caller.call("users.jwks", {}));
    this.#cors = new Cors(config.corsOrigins);
    this.#trustedProxies = config.trustedProxies;
    this.#secure = config.tls !== null;
    this.#observe = exchangeObserver(broker);
  }

  begin(req: IncomingMessage, res: ServerResponse): Exchange {
    req.url = originForm(req.url ?? "/");
    const exchange = beginExchange(req, res);
    this.#observe(exchange);
    this.#cors.decorate(exchange);
    return exchange;
  }

  /**
   * Answers what needs no more than a look: a page that was just asked for by somebody, OPTIONS, and
   * a request without a host (RFC 9112 §3.2). Who brings a token that is not known yet takes the long
   * way, on which it is verified.
   */
  answerAtOnce(exchange: Exchange): boolean {
    const { method, url = "", headers, httpVersion } = exchange.req;
    if (httpVersion === "1.1" && headers.host === undefined) {
      this.sendError(exchange, fail("BAD_REQUEST", "the Host header is missing"));
      return true;
    }
    if (method === "OPTIONS") return this.#answerOptions(exchange, pathOf(url));
    if (method !== "GET" && method !== "HEAD") return false;
    const kept = this.cache.get(url);
    if (!kept) return false;
    const { authorization } = headers;
    if (authorization !== undefined && !this.#identities.knows(authorization)) return false;
    exchange.route = kept.route ?? null;
    this.send(exchange, kept);
    return true;
  }

  /** Null when the answer is on its way already. */
  async answer(exchange: Exchange, ctx: Context): Promise<Answer | null> {
    const { req, headers } = exchange;
    const { target, values } = this.#find(req.method ?? "", pathOf(req.url ?? ""));
    exchange.route = target.path;
    if (target.limit && this.#limiter) {
      await limitRate(this.#limiter, clientKey(req, this.#trustedProxies), target.limit, headers);
    }
    const token = target.ignoresToken ? undefined : req.headers.authorization;
    const user = await this.#identities.userOf(token);
    assertAccess(target.access, user);
    if (target.kind === "page") return target.handle({ exchange, user, values });

    const call = { broker: this.#broker, ctx, exchange, values };
    if (target.route.cacheSeconds === undefined) return answerWithAction(target, { ...call, user });
    // The same for everybody, and so asked by nobody.
    return this.cache.load(req.url ?? "", target.service, async () => ({
      ...(await answerWithAction(target, { ...call, user: null })),
      route: target.path,
    }));
  }

  send(exchange: Exchange, answer: Answer): void {
    send(exchange, answer, { closing: this.#closing, secure: this.#secure });
  }

  /** Answers a failure; what nobody expected goes into the log, once, with the id that the client gets. */
  sendError(exchange: Exchange, error: unknown): void {
    const problem = problemOf(error);
    const { requestId, req, headers, route } = exchange;
    const { logger } = this.#broker;
    // Never the path itself, or its query: they may hold tokens.
    const what = `${req.method} ${route ?? "without a route"}`;
    if (problem.code === "INTERNAL_ERROR") logger.error({ err: error }, `${what} failed`);
    // Moleculer has logged its own ways to be unavailable already.
    if (hasCode(error, "SERVICE_UNAVAILABLE")) logger.warn(`${what}: ${messageOf(error)}`);
    if (error instanceof MethodNotAllowed) headers.allow = error.allow;
    if (problem.code === "RATE_LIMITED") tellExhausted(headers, problem.retryAfter);
    this.send(exchange, problemAnswer(problem, requestId));
  }

  /** From here on every answer says that its connection ends. */
  startClosing(): void {
    this.#closing = true;
    void this.#limiter?.close?.();
  }

  #answerOptions(exchange: Exchange, path: string): boolean {
    const match = this.#match("OPTIONS", path);
    if (match && "allow" in match) this.send(exchange, this.#cors.options(exchange, match.allow));
    else this.sendError(exchange, fail("NOT_FOUND"));
    return true;
  }

  /** The route for a raw path; 404 or 405 when there is none. */
  #find(method: string, path: string): Found {
    const match = this.#match(method === "HEAD" ? "GET" : method, path);
    if (match && "found" in match) return { target: match.found, values: match.values };
    if (!match) throw fail("NOT_FOUND");
    throw new MethodNotAllowed(allowHeader(match.allow));
  }

  /** One slash too many at the end is forgiven. */
  #match(method: string, path: string): Match<Target> {
    const trimmed = path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
    return trimmed.startsWith("/") ? this.#router.find(method, trimmed) : null;
  }
}

/** A request target as sent to a proxy, `http://host/path`, names the same thing as `/path`. */
const originForm = (url: string): string =>
  url.startsWith("/") ? url : url.replace(/^https?:\/\/[^/?]*\/?/i, "/");
