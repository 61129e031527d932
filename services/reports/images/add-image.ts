import type { Readable } from "node:stream";
import { fail } from "../../../contracts/errors";
import type { reports } from "../../../contracts/reports";
import type { Ctx } from "../../../lib/mesh/types";
import { bytesOf } from "../receive-file";
import type { ImageStore } from "./image-store";
import { makeVariants } from "./make-variants";

const MAX_BYTES = 10 * 2 ** 20;

/** Stores an uploaded picture in its sizes, then hangs it on its product. The same again changes nothing. */
export async function addImage(
  store: ImageStore,
  ctx: Ctx<(typeof reports)["actions"]["addImage"]>,
) {
  const upload = ctx.stream ? await collect(ctx.stream) : Buffer.alloc(0);
  const { large, small } = await makeVariants(upload);
  await store.put(large.name, large.bytes);
  await store.put(small.name, small.bytes);
  const url = `/media/${large.name}`;
  await ctx.call("catalog.addImage", { ...ctx.params, url });
  return { url, thumbnail: `/media/${small.name}` };
}

async function collect(stream: Readable): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of bytesOf(stream)) {
    size += piece.length;
    if (size > MAX_BYTES) throw fail("PAYLOAD_TOO_LARGE", "a picture may have at most 10 MiB");
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
