import type { Service, ServiceBroker } from "moleculer";
import MongooseAdapter from "moleculer-db-adapter-mongoose";
import type { Connection, Document, Model } from "mongoose";
import { connectOptions, newMongoose } from "./mongo";

export interface MongoAdapterOptions {
  readonly url: string;
  readonly database: string;
}

/**
 * moleculer-db's own adapter for Mongoose, over a connection of its own. As it comes, all services of
 * a process share Mongoose's global connection, and with it a database and settings; and what it
 * throws does not say why. No private fields: Moleculer clones what is in a schema.
 */
export class MongoAdapter extends MongooseAdapter<Document> {
  // A member that the adapter has and does not declare.
  declare conn?: Connection;
  /** Gets the connection once it stands: makes the models and their indexes; answers the main model. */
  onConnect: (connection: Connection) => Promise<Model<Document>> = () =>
    Promise.reject(new Error("nobody uses this connection"));

  constructor(readonly options: MongoAdapterOptions) {
    super(options.url, connectOptions(options.database));
  }

  /** The models come with `onConnect`; those that the base class asks for here are of its connection. */
  override init(broker: ServiceBroker, service: Service): void {
    this.broker = broker;
    this.service = service;
  }

  /** Throws what the driver throws. */
  override async connect(): Promise<void> {
    const connection = newMongoose().createConnection();
    try {
      await connection.openUri(this.uri, this.opts);
      this.model = await this.onConnect(connection);
    } catch (error) {
      await connection.close();
      throw error;
    }
    this.conn = connection;
    // The driver goes on looking for its servers for ever; each operation says when it found none.
    connection.on("error", () => undefined);
    connection.on("disconnected", () => this.service.logger.warn("MongoDB is away"));
    connection.on("connected", () => this.service.logger.info("MongoDB is back"));
  }

  override async disconnect(): Promise<void> {
    this.conn?.removeAllListeners();
    await this.conn?.close();
  }
}
