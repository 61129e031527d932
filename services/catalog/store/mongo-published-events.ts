import { trusted, type Connection, type Model } from "mongoose";
import { Schema } from "mongoose";
import type { EventEnvelope } from "../../../lib/messaging/event";
import {
  MARKS_MS,
  type RecoverableOutbox,
  type StreamMark,
  type StreamSight,
} from "../../../lib/messaging/stream-watch";
import type { Published } from "../../../lib/messaging/transport";
import { reachingMongo } from "../../../lib/store/mongo";
import { toPending } from "./product-document";
import type { MongoProduct } from "./product-model";

interface PublishedDocument {
  readonly _id: string;
  readonly product: string;
  readonly envelope: string;
  readonly publishedAt: Date;
}

interface MarkDocument {
  readonly _id: string;
  readonly created: string;
  readonly lastSeq: number;
  readonly newest: Published | null;
  readonly recoveries: number;
  readonly recoverBefore: Date | null;
}

const CONGESTED = 5_000;
const THE_MARK = "stream";
const plain = { versionKey: false, id: false, minimize: false, strict: "throw" } as const;

const publishedSchema = new Schema<PublishedDocument>(
  { _id: String, product: String, envelope: String, publishedAt: Date },
  { ...plain, collection: "published_events" },
)
  .index({ publishedAt: 1 })
  .index({ product: 1 });

const markSchema = new Schema<MarkDocument>(
  {
    _id: String,
    created: String,
    lastSeq: Number,
    newest: new Schema({ seq: Number, id: String }, { ...plain, _id: false }),
    recoveries: Number,
    recoverBefore: Date,
  },
  { ...plain, collection: "stream_mark" },
);

/** Events that left their products when they were published, kept so that a broker can get them again. */
export class MongoPublishedEvents implements RecoverableOutbox {
  private constructor(
    readonly products: Model<MongoProduct>,
    readonly published: Model<PublishedDocument>,
    readonly marks: Model<MarkDocument>,
  ) {}

  static async open(connection: Connection, products: Model<MongoProduct>) {
    const published = connection.model("published", publishedSchema);
    const marks = connection.model("mark", markSchema);
    await published.createIndexes();
    return new MongoPublishedEvents(products, published, marks);
  }

  /** Before they leave their products, so that they are always in one place at least. */
  async keep(events: readonly EventEnvelope[]): Promise<void> {
    const writes = events.map((event) => ({
      updateOne: {
        filter: { _id: event.id },
        update: {
          $set: { product: event.aggregateId, envelope: toPending(event).envelope },
          $currentDate: { publishedAt: true as const },
        },
        upsert: true,
      },
    }));
    await this.published.bulkWrite(writes, { ordered: false });
  }

  async forget(hours: number): Promise<void> {
    await reachingMongo(async () => {
      // By the clock that marked them.
      const { localTime } = await this.published.db.getClient().db("admin").command({ hello: 1 });
      const before = new Date((localTime as Date).getTime() - hours * 3_600_000);
      await this.published.deleteMany({ publishedAt: trusted({ $lt: before }) });
    });
  }

  async streamMark(): Promise<StreamMark | null> {
    const mark = await reachingMongo(async () => this.marks.findById(THE_MARK).lean());
    if (!mark) return null;
    const { created, lastSeq, newest, recoveries, recoverBefore } = mark;
    return {
      ...{ created, lastSeq, newest, recoveries },
      recoverBefore: recoverBefore?.toISOString() ?? null,
    };
  }

  async keepStreamMark(sight: StreamSight): Promise<void> {
    // `created` may not change here: whoever finds another stream has to recover first.
    const { created, lastSeq } = sight;
    const kept = await reachingMongo(async () =>
      this.marks.updateOne(
        { _id: THE_MARK, created, recoverBefore: null, lastSeq: trusted({ $lte: lastSeq }) },
        { $set: sight },
      ),
    );
    if (kept.matchedCount > 0) return;
    const first = { ...sight, recoveries: 0, recoverBefore: null };
    await reachingMongo(async () =>
      this.marks.updateOne({ _id: THE_MARK }, { $setOnInsert: first }, { upsert: true }),
    );
  }

  async beginRecovery(sight: StreamSight, recoveries: number): Promise<void> {
    const begun = await reachingMongo(async () =>
      this.marks.updateOne(
        { _id: THE_MARK, recoveries },
        { $set: sight, $inc: { recoveries: 1 }, $currentDate: { recoverBefore: true } },
      ),
    );
    if (begun.matchedCount === 0) return;
    const mark = await reachingMongo(async () => this.marks.findById(THE_MARK).lean());
    const noticed = mark?.recoverBefore?.getTime() ?? 0;
    await reachingMongo(async () =>
      this.marks.updateOne(
        { _id: THE_MARK },
        { $set: { recoverBefore: new Date(noticed + MARKS_MS) } },
      ),
    );
    const waiting = await reachingMongo(async () =>
      this.products.distinct("_id", { "pending.id": trusted({ $exists: true }) }),
    );
    const product = trusted({ $in: waiting });
    const lost = await reachingMongo(async () => this.published.find({ product }).lean());
    await this.#makePending(lost);
  }

  async reopen(before: string, after: string | null, limit: number): Promise<string | null> {
    const lost = await reachingMongo(async () =>
      this.published
        .find({
          publishedAt: trusted({ $lt: new Date(before) }),
          ...(after === null ? {} : { _id: trusted({ $gt: after }) }),
        })
        .sort({ _id: 1 })
        .limit(limit)
        .lean(),
    );
    await this.#makePending(lost);
    return lost.at(-1)?._id ?? null;
  }

  async #makePending(events: readonly Omit<PublishedDocument, "publishedAt">[]): Promise<void> {
    if (events.length === 0) return;
    const writes = events.map(({ _id: id, product, envelope }) => ({
      updateOne: {
        filter: { _id: product, "pending.id": { $ne: id } },
        // Ids tell the order in which a product's events were written.
        update: { $push: { pending: { $each: [{ id, envelope }], $sort: { id: 1 as const } } } },
      },
    }));
    await reachingMongo(async () => this.products.bulkWrite(writes));
  }

  async endRecovery(): Promise<void> {
    await reachingMongo(async () =>
      this.marks.updateOne({ _id: THE_MARK }, { $set: { recoverBefore: null } }),
    );
  }

  async isCongested(): Promise<boolean> {
    const pending = await reachingMongo(async () =>
      this.products
        .countDocuments({ "pending.id": trusted({ $exists: true }) })
        .limit(CONGESTED)
        .exec(),
    );
    return pending >= CONGESTED;
  }
}
