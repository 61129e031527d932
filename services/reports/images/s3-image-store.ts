import { AwsClient } from "aws4fetch";
import { createHash } from "node:crypto";
import type { BucketConfig } from "../../../config/bucket";
import { messageOf, unavailable } from "../../../lib/errors";
import type { ImageStore } from "./image-store";
import { isImageName } from "./make-variants";

const TIMEOUT_MS = 15_000;
/** Tries again after 5xx and 429, ever more slowly from 50 ms on. */
const RETRIES = 3;

/**
 * Pictures as objects of an S3-compatible bucket, addressed by path, as all of them understand it.
 * Throws SERVICE_UNAVAILABLE when the bucket does not answer, or does not let us.
 */
export class S3ImageStore implements ImageStore {
  readonly #client: AwsClient;
  readonly #bucket: string;

  constructor({ endpoint, bucket, region, accessKeyId, secretAccessKey }: BucketConfig) {
    this.#bucket = `${endpoint}/${bucket}`;
    const keys = { accessKeyId, secretAccessKey };
    this.#client = new AwsClient({ ...keys, region, service: "s3", retries: RETRIES });
  }

  async put(name: string, bytes: Buffer): Promise<void> {
    const response = await this.#ask("PUT", name, {
      body: new Uint8Array(bytes),
      headers: {
        "content-type": "image/webp",
        // Signed, so that what arrives is what was sent.
        "x-amz-content-sha256": createHash("sha256").update(bytes).digest("hex"),
      },
    });
    await response.body?.cancel();
    if (!response.ok) throw refused("PUT", response);
  }

  async get(name: string): Promise<Buffer | null> {
    if (!isImageName(name)) return null;
    const response = await this.#ask("GET", name);
    if (response.ok) return Buffer.from(await response.arrayBuffer());
    await response.body?.cancel();
    if (response.status === 404) return null;
    throw refused("GET", response);
  }

  async #ask(method: "GET" | "PUT", name: string, init: RequestInit = {}): Promise<Response> {
    if (!isImageName(name)) throw new Error(`no name of an image: ${name}`);
    const url = `${this.#bucket}/${name}`;
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    try {
      return await this.#client.fetch(url, { ...init, method, redirect: "error", signal });
    } catch (error) {
      throw unavailable(new Error(`the bucket does not answer: ${messageOf(error)}`));
    }
  }
}

const refused = (method: string, { status }: Response): Error =>
  unavailable(new Error(`the bucket answered ${status} to a ${method}`));
