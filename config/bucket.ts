import type { Reader } from "./reader";

/** An S3-compatible bucket and the keys to it. */
export interface BucketConfig {
  /** No slash at its end. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const BAD_ESCAPE = /%(?![0-9a-f]{2})/i;
const SCHEMES: Readonly<Record<string, string>> = { "s3:": "https:", "s3+http:": "http:" };

/** `s3://key:secret@host/bucket?region=eu-central-1`, or `s3+http:` without TLS; null for anything else. */
export function parseBucketUrl(text: string): BucketConfig | null {
  if (!URL.canParse(text)) return null;
  const { protocol, username, password, host, pathname, searchParams } = new URL(text);
  const scheme = SCHEMES[protocol];
  const bucket = /^\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/?$/.exec(pathname)?.[1];
  if (BAD_ESCAPE.test(username + password)) return null;
  if (!scheme || !bucket || !host || !username || !password) return null;
  return {
    endpoint: `${scheme}//${host}`,
    bucket,
    region: searchParams.get("region") ?? "us-east-1",
    accessKeyId: decodeURIComponent(username),
    secretAccessKey: decodeURIComponent(password),
  };
}

export function readImageStore(read: Reader): BucketConfig | null {
  const text = read.text("IMAGE_STORE_URL");
  if (text === null) return null;
  const bucket = parseBucketUrl(text);
  if (!bucket) {
    read.faults.push(
      "IMAGE_STORE_URL must be s3://key:secret@host/bucket?region=… (s3+http: without TLS), key and secret percent-encoded",
    );
  }
  return bucket;
}
