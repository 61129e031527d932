import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../../config/env";
import { messageOf } from "../../lib/errors";
import {
  accessTokenSigner,
  newPrivateKey,
  type AccessTokenSigner,
} from "../../lib/mesh/access-token";

const FILE = "jwt-key.pem";

/** Signs with the configured key; without one, with a key that is made once and kept in the data folder. */
export async function loadSigner(
  config: Pick<Config, "jwtPrivateKey" | "dataDir">,
): Promise<AccessTokenSigner> {
  const { jwtPrivateKey, dataDir } = config;
  if (jwtPrivateKey) return signerOf(jwtPrivateKey, "JWT_PRIVATE_KEY");
  return signerOf(await keptKey(dataDir), join(dataDir, FILE));
}

/** The key of the data folder, made when there is none yet, as PKCS#8 PEM. */
export async function keptKey(dataDir: string): Promise<string> {
  const path = join(dataDir, FILE);
  return (await readKey(path)) ?? (await makeKey(dataDir, path));
}

async function signerOf(pem: string, source: string): Promise<AccessTokenSigner> {
  try {
    return await accessTokenSigner(pem);
  } catch (error) {
    throw new Error(`${source} is no private key in PKCS#8 PEM to sign with: ${messageOf(error)}`);
  }
}

async function readKey(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** Written beside its place and moved there: a crash leaves a whole key or none. */
async function makeKey(dataDir: string, path: string): Promise<string> {
  await mkdir(dataDir, { recursive: true });
  const pem = newPrivateKey();
  const staging = `${path}.${randomBytes(6).toString("hex")}`;
  const file = await open(staging, "wx", 0o600);
  try {
    await file.writeFile(pem);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(staging, path);
  const folder = await open(dataDir);
  await folder.sync().finally(() => folder.close());
  return pem;
}
