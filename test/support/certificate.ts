import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A self-signed certificate of its own for a run; null where there is no openssl. */
export function certificate(): { TLS_CERT: string; TLS_KEY: string } | null {
  const dir = mkdtempSync(join(tmpdir(), "souk-tls-"));
  const files = { TLS_CERT: join(dir, "cert.pem"), TLS_KEY: join(dir, "key.pem") };
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"];
  const output = ["-keyout", files.TLS_KEY, "-out", files.TLS_CERT];
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  try {
    execFileSync("openssl", ["req", ...kind, ...subject, ...output], { stdio: "ignore" });
    return files;
  } catch {
    return null;
  }
}
