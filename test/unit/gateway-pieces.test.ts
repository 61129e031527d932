import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { beginExchange } from "../../services/gateway/exchange";
import { fetchPieces } from "../../services/gateway/fetch-pieces";
import { send } from "../../services/gateway/send";

const warnings: string[] = [];
const log = { warn: (line: string) => void warnings.push(line) };
const base64 = (text: string) => ({ content: Buffer.from(text).toString("base64") });
const asked = { action: "reports.jobFile", params: { id: "1" }, count: 3, bytes: 9 };

let server: Server | undefined;
afterEach(() => {
  server?.close();
  warnings.length = 0;
});

/** A server that answers with what `ask` has. */
async function serve(ask: (params: object) => Promise<unknown>): Promise<string> {
  const pieces = await fetchPieces(asked, (_action, params) => ask(params), log);
  const headers = { "content-length": "9", "content-type": "text/plain" };
  server = createServer((req, res) => {
    const answer = { status: 200, headers, body: null, pieces };
    send(beginExchange(req, res), answer, { closing: false, secure: false });
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const pieceOf = (params: object) => (params as { piece: number }).piece;

test("pieces are sent one after the other, each asked for once", async () => {
  const numbers: number[] = [];
  const url = await serve(async (params) => {
    numbers.push(pieceOf(params));
    return base64(["abc", "def", "ghi"][pieceOf(params)] ?? "");
  });
  const answer = await fetch(url);
  expect([answer.status, await answer.text()]).toEqual([200, "abcdefghi"]);
  expect(numbers).toEqual([0, 1, 2]);
});

test("a piece that cannot be had cuts the answer off, and is logged", async () => {
  const url = await serve(async (params) => {
    if (pieceOf(params) === 2) throw new Error("gone");
    return base64("abc");
  });
  const answer = await fetch(url);
  await expect(answer.text()).rejects.toThrow();
  expect(warnings).toEqual(["reports.jobFile did not answer piece 2 of 3: gone"]);
});

test("without the first piece there is no answer yet, and so a refusal", async () => {
  const fails = () => Promise.reject(new Error("away"));
  await expect(fetchPieces(asked, fails, log)).rejects.toThrow("away");
});
