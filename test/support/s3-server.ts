import { createHash, createHmac } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

export const KEY_ID = "AKIATEST";
export const SECRET = "s3cret/with+odd=characters";
const REGION = "eu-central-1";

const sha256 = (data: Buffer | string): string => createHash("sha256").update(data).digest("hex");
const hmac = (key: Buffer | string, data: string): Buffer =>
  createHmac("sha256", key).update(data).digest();

/** Whether a request is signed as AWS describes it (Signature Version 4), body included. */
function isSigned({ method = "", url = "", headers }: IncomingMessage, body: Buffer): boolean {
  const found =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=(\w+)$/.exec(
      headers.authorization ?? "",
    );
  if (!found) return false;
  const [, keyId, day = "", region = "", names = "", signature] = found;
  const one = (name: string): string => String(headers[name] ?? "").trim();
  const declared = one("x-amz-content-sha256");
  const isBody =
    declared === sha256(body) || (declared === "UNSIGNED-PAYLOAD" && body.length === 0);
  const mustSign = ["host", "x-amz-content-sha256", "x-amz-date"];
  const isWhole = mustSign.every((name) => names.split(";").includes(name));
  const headerLines = names.split(";").map((name) => `${name}:${one(name)}\n`);
  const [path = "", query = ""] = url.split("?");
  const canonical = [method, path, query, headerLines.join(""), names, declared].join("\n");
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", one("x-amz-date"), scope, sha256(canonical)].join("\n");
  const parts = [day, region, "s3", "aws4_request"];
  const key = parts.reduce<Buffer | string>(
    (previous, part) => hmac(previous, part),
    `AWS4${SECRET}`,
  );
  return (
    keyId === KEY_ID &&
    region === REGION &&
    isBody &&
    isWhole &&
    signature === hmac(key, text).toString("hex")
  );
}

export interface S3Server {
  /** For `IMAGE_STORE_URL`, with this secret. */
  urlWith(secret: string): string;
  readonly objects: Map<string, { readonly bytes: Buffer; readonly type: string | undefined }>;
  /** Answers so many requests with 503 first. */
  stumble(requests: number): void;
  stop(): Promise<void>;
}

/** A bucket `pictures` in memory, which takes and gives objects, and checks every signature. */
export async function startS3Server(): Promise<S3Server> {
  const objects: S3Server["objects"] = new Map();
  let stumbles = 0;
  const answer = async (request: IncomingMessage): Promise<[status: number, body?: Buffer]> => {
    const body = await buffer(request);
    if (stumbles > 0) {
      stumbles -= 1;
      return [503];
    }
    if (!isSigned(request, body)) return [403];
    const name = /^\/pictures\/([^/]+)$/.exec(request.url ?? "")?.[1];
    if (name === undefined) return [404];
    if (request.method === "PUT") {
      objects.set(name, { bytes: body, type: request.headers["content-type"] });
      return [200];
    }
    const found = objects.get(name);
    return found ? [200, found.bytes] : [404];
  };
  const server = createServer((request, response) => {
    void answer(request).then(([status, body]) => response.writeHead(status).end(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // It listens on TCP, and so has an address with a port.
  const { port } = server.address() as AddressInfo;
  return {
    urlWith: (secret) =>
      `s3+http://${KEY_ID}:${encodeURIComponent(secret)}@127.0.0.1:${port}/pictures?region=${REGION}`,
    objects,
    stumble: (requests) => void (stumbles = requests),
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
