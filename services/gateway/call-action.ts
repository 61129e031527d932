import type { CallingOptions, Context, ServiceBroker } from "moleculer";
import { errors, fail, type ErrorCode } from "../../contracts/errors";
import { hasCode, type FieldError } from "../../lib/errors";
import type { Pieces, Reply } from "../../lib/mesh/contract";
import { signerOf } from "../../lib/mesh/signed-context";
import type { User } from "../../lib/mesh/types";
import { fetchPieces } from "./fetch-pieces";
import { etagOf, type Answer, type Exchange } from "./exchange";
import { faultyFields } from "./parse-query";
import { isErrorCode } from "./problem";
import { readParams } from "./read-params";
import type { ActionTarget } from "./targets";

export interface ActionCall {
  readonly broker: ServiceBroker;
  /** Moleculer's context of the HTTP request; calls become its children. */
  readonly ctx: Context;
  readonly exchange: Exchange;
  readonly user: User | null;
  readonly values: readonly string[];
}

const JSON_TYPE = "application/json; charset=utf-8";

/** Reads the request, calls the action and makes its answer. */
export async function answerWithAction(target: ActionTarget, call: ActionCall): Promise<Answer> {
  const reading = await readParams(target, call.exchange, call.values);
  try {
    const result = await callByName(call, target.name, reading.params, {
      ...(target.contract.timeoutMs ? { timeout: target.contract.timeoutMs } : {}),
      ...(reading.stream ? { stream: reading.stream.stream } : {}),
      // Moleculer would wait for these before it lets us close the door, under load for ever (T41).
      ...(target.service === "gateway" ? { tracking: false } : {}),
    });
    const reply = target.route.reply?.(result) ?? {};
    const answer = answerOf(target, reply, result);
    return reply.pieces ? await withPieces(answer, reply.pieces, call) : answer;
  } catch (error) {
    // However the reader of a stream put it: the stream was cut because it is too long.
    if (reading.stream?.overrun()) throw fail("PAYLOAD_TOO_LARGE");
    throw inTermsOfHttp(target, error);
  }
}

/**
 * By name, never by the endpoint that was found first: a request must not be tied to a node that
 * dies meanwhile (RELIABILITY T3).
 */
function callByName(
  { broker, ctx, exchange, user }: ActionCall,
  action: string,
  params: unknown,
  more: CallingOptions = {},
): Promise<unknown> {
  const { traceparent, requestId: requestID } = exchange;
  const headers = signerOf(broker).headersFor({ user, service: "gateway", action, traceparent });
  return broker.call<unknown, unknown>(action, params, {
    parentCtx: ctx,
    headers,
    requestID,
    ...more,
  });
}

async function withPieces(answer: Answer, asked: Pieces, call: ActionCall): Promise<Answer> {
  const ask = (action: string, params: object) => callByName(call, action, params);
  const pieces = await fetchPieces(asked, ask, call.broker.logger);
  const headers = { ...answer.headers, "content-length": String(asked.bytes) };
  return { ...answer, headers, body: null, pieces };
}

function answerOf({ route, access }: ActionTarget, reply: Reply, result: unknown): Answer {
  const body = "body" in reply ? reply.body : reply.pieces ? null : result;
  const status = reply.status ?? route.status ?? 200;
  const headers: Record<string, string> = {
    ...(body === null ? {} : { "content-type": JSON_TYPE }),
    ...reply.headers,
  };
  const text = bodyText(body, headers["content-type"]);
  if (route.method === "GET" && access === "public" && text !== null) {
    headers["cache-control"] ??=
      route.cacheSeconds === undefined ? "no-cache" : `public, max-age=${route.cacheSeconds}`;
    if (headers["cache-control"] !== "no-store") headers.etag = etagOf(text);
  }
  headers["cache-control"] ??= "no-store";
  return { status, headers, body: text };
}

/** Bytes, and a string that comes with a type of its own, are sent as they are, everything else as JSON. */
function bodyText(body: unknown, type: string | undefined): string | Buffer | null {
  if (body === null || body === undefined) return null;
  if (Buffer.isBuffer(body)) return body;
  return typeof body === "string" && type !== JSON_TYPE ? body : JSON.stringify(body);
}

/**
 * Says a refused param the way the client gave it. What only a path can have wrong is not a fault of
 * the request: under such a name there is nothing, and can be nothing.
 */
function inTermsOfHttp(target: ActionTarget, error: unknown): unknown {
  if (!hasCode(error, "VALIDATION_FAILED")) return error;
  // The code is in our table, and so its data are ErrorData.
  const faults = (error as { data?: { errors?: readonly FieldError[] } }).data?.errors ?? [];
  const renamed = faults.map((fault) => ({ ...fault, path: httpPath(target, fault.path) }));
  const byPath = (fault: FieldError) => target.params.inPath.includes(fault.path.slice(1));
  if (faults.length > 0 && faults.every(byPath)) return fail(notFoundCode(target));
  return renamed.some(({ path }, index) => path !== faults[index]?.path)
    ? faultyFields(renamed)
    : error;
}

function httpPath({ params }: ActionTarget, path: string): string {
  const header = params.inHeaders.find(([param]) => path === `/${param}`)?.[1];
  return header ? `/${header}` : path;
}

/** The code with which this route says that something is not there. */
const notFoundCode = ({ route }: ActionTarget): ErrorCode =>
  (route.errors ?? []).filter(isErrorCode).find((code) => errors[code].status === 404) ??
  "NOT_FOUND";
