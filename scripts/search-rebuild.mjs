// `npm run search:rebuild`: builds the search index of a running shop anew from its catalogue, while it
// goes on selling. SHOP_URL (http://localhost:3000), ADMIN_EMAIL and ADMIN_PASSWORD say where and who.
import { request as overHttp } from "node:http";
import { request as overHttps } from "node:https";

const { SHOP_URL = "http://localhost:3000", ADMIN_EMAIL, ADMIN_PASSWORD } = process.env;
// Of the action itself, and a little more for the answer to arrive.
const TIMEOUT_MS = 610_000;

// Not fetch: that gives up on an answer after five minutes.
function post(path, body, headers = {}) {
  const url = new URL(`/api/v1${path}`, SHOP_URL);
  const send = url.protocol === "https:" ? overHttps : overHttp;
  const options = {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    timeout: TIMEOUT_MS,
  };
  return new Promise((resolve, reject) => {
    const sent = send(url, options, async (answer) => {
      let text = "";
      for await (const chunk of answer) text += chunk;
      const isJson = /json/.test(answer.headers["content-type"] ?? "");
      resolve({ status: answer.statusCode, body: isJson ? JSON.parse(text) : { detail: text } });
    });
    sent.on("timeout", () => sent.destroy(new Error("no answer in ten minutes")));
    sent.on("error", reject);
    sent.end(JSON.stringify(body));
  });
}

function assertGood({ status, body }, what) {
  if (status < 300) return body;
  throw new Error(`${what}: ${status} ${body.code ?? ""} ${body.detail ?? ""}`);
}

try {
  if (!ADMIN_EMAIL || !ADMIN_PASSWORD)
    throw new Error("ADMIN_EMAIL and ADMIN_PASSWORD must be set");
  if (!URL.canParse(SHOP_URL)) throw new Error("SHOP_URL must be a URL, as http://localhost:3000");
  const credentials = { email: ADMIN_EMAIL, password: ADMIN_PASSWORD };
  const { accessToken } = assertGood(await post("/auth/login", credentials), "signing in");
  const headers = { authorization: `Bearer ${accessToken}` };
  const done = assertGood(await post("/admin/search/rebuild", {}, headers), "rebuilding");
  console.log(`${done.products} products indexed in ${(done.ms / 1000).toFixed(1)} s`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
