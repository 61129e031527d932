import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { createSecureContext } from "node:tls";
import { messageOf } from "../lib/errors";
import type { Reader } from "./reader";

export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** The files are looked into where `used`, by the gateway: other nodes of a cluster may lack them. */
export function readTls(read: Reader, { used }: { used: boolean }): TlsFiles | null {
  const pair = read.pair("TLS_CERT", "TLS_KEY");
  if (!pair) return null;
  const files = { certFile: resolve(pair[0]), keyFile: resolve(pair[1]) };
  if (used) checkPair(read, files);
  return files;
}

function checkPair(read: Reader, { certFile, keyFile }: TlsFiles): void {
  const cert = readPem(read, "TLS_CERT", certFile);
  const key = readPem(read, "TLS_KEY", keyFile);
  if (!cert || !key) return;
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    read.faults.push(`TLS_CERT and TLS_KEY are no pair of PEM files: ${messageOf(error)}`);
  }
}

function readPem(read: Reader, variable: string, file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch (error) {
    read.faults.push(`${variable}: ${messageOf(error)}`);
    return null;
  }
}
