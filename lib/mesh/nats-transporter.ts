import { Transporters } from "moleculer";
import { Events, type ConnectionOptions, type NatsConnection } from "nats";
import { ExpectedError, type ErrorDefinition } from "../errors";
import { LostNodes, type Packet } from "./lost-nodes";
import { Outgoing } from "./outgoing";
import { TransitAge } from "./transit-age";

type Codes = "PAYLOAD_TOO_LARGE" | "INTERNAL_ERROR";
export type TransporterErrors = Readonly<Record<Codes, ErrorDefinition>>;

const REQUEST = "REQ";
const RESPONSE = "RES";
/** A break of the connection shorter than this costs nobody more than time. */
const BREAK_MS = 1_000;
/** After a break, the other nodes are back within this: they try every 250 to 350 ms. */
const GATHER_MS = 400;

/**
 * Moleculer's NATS transporter, which in addition knows at once that a node is gone (docs/adr/0009):
 * whatever is sent to one node by name carries a reply subject, on which the NATS server answers
 * "no responders" when that node's connection is no more. Also: packets say when they were sent, so
 * that a request that was long on its way has less time left; answers and requests wait out a short
 * break of the connection; and what the server would not carry is refused by name.
 */
export class NatsTransporter extends Transporters.NATS {
  readonly #errors: TransporterErrors;
  readonly #age = new TransitAge();
  #lost: LostNodes | undefined;
  readonly #outgoing = new Outgoing(({ subject, data, reply }) =>
    (this.client as NatsConnection).publish(subject, data, reply ? { reply } : undefined),
  );
  /** While the connection is broken, and not for long yet. */
  #break: PromiseWithResolvers<void> | null = null;

  constructor(options: ConnectionOptions, errors: TransporterErrors) {
    super(options);
    this.#errors = errors;
  }

  override async onConnected(wasReconnect?: boolean): Promise<unknown> {
    if (!wasReconnect) {
      const client = this.client as NatsConnection; // Moleculer types it as any
      this.#lost = new LostNodes(this.transit, client, this.opts.inboxPrefix);
      void this.#follow(client);
    }
    return super.onConnected(wasReconnect ?? false);
  }

  override async disconnect(): Promise<void> {
    this.#lost?.stop();
    const client = this.client as NatsConnection | null;
    this.#outgoing.flush();
    // To flush needs a server that answers.
    if (client && !this.connected) return client.close();
    await super.disconnect();
  }

  override async prepublish(packet: Packet): Promise<void> {
    try {
      await this.#waitForConnection(packet);
      return await super.prepublish(
        packet as Parameters<typeof Transporters.NATS.prototype.prepublish>[0],
      );
    } catch (error) {
      // Moleculer would remember the request for ever.
      if (packet.type === REQUEST) this.transit.removePendingRequest(packet.payload.id ?? "");
      throw error;
    }
  }

  override send(topic: string, data: Buffer, meta?: { readonly packet?: Packet }): Promise<void> {
    const client = this.client as NatsConnection | null;
    const packet = meta?.packet;
    if (!client || !packet) return super.send(topic, data);
    const limit = client.info?.max_payload ?? Infinity;
    if (data.length > limit) return this.#refuse(packet, data.length);
    return this.#outgoing.add({ subject: topic, data, reply: this.#lost?.replyOf(packet) });
  }

  override serialize(packet: Packet): Buffer {
    packet.payload.sent = Math.round(performance.now());
    return super.serialize(packet as never); // the same packet, with one member more
  }

  override deserialize(type: string, buffer: Buffer): ReturnType<Transporters.NATS["deserialize"]> {
    const packet = super.deserialize(type, buffer);
    const payload = packet.payload as Packet["payload"] & { timeout?: unknown };
    const { sender, sent, timeout } = payload;
    if (typeof sender !== "string" || typeof sent !== "number") return packet;
    const age = this.#age.of(sender, sent);
    // 0 would mean for ever; below it is for lib/mesh/deadline.ts to refuse.
    if (typeof timeout === "number" && timeout > 0) {
      payload.timeout = timeout > age ? timeout - age : -1;
    }
    return packet;
  }

  async #follow(client: NatsConnection): Promise<void> {
    let patience: NodeJS.Timeout | undefined;
    let fault: string | undefined;
    for await (const { type, data } of client.status()) {
      if (type === Events.Disconnect && this.connected) {
        clearTimeout(patience);
        this.connected = false;
        fault = undefined;
        this.logger.warn("NATS is away");
        this.#break ??= Promise.withResolvers();
        patience = setTimeout(() => this.#giveUp(), BREAK_MS).unref();
      } else if (type === Events.Error && !this.connected) {
        // Each try may fail alike: a login that is refused, say.
        if (typeof data !== "string" || data === fault) continue;
        fault = data;
        this.logger.warn(`NATS is still away: ${data}`);
      } else if (type === Events.Reconnect) {
        clearTimeout(patience);
        this.connected = true;
        this.logger.info("NATS is back");
        this.#break ??= Promise.withResolvers();
        patience = setTimeout(() => this.#endBreak(), GATHER_MS).unref();
        // Others took us for gone, or we them: everybody says anew what they offer.
        await this.onConnected(true);
      }
    }
  }

  /** Who waits to send is told that nothing was sent; after them, who waits for an answer. */
  #giveUp(): void {
    this.#endBreak();
    setImmediate(() => this.#lost?.rejectAll());
  }

  #endBreak(): void {
    this.#break?.resolve();
    this.#break = null;
  }

  async #waitForConnection({ type, payload }: Packet): Promise<void> {
    if (!this.#break || (type !== REQUEST && type !== RESPONSE)) return;
    const began = performance.now();
    await this.#break.promise;
    const { timeout } = payload;
    if (typeof timeout === "number") {
      payload.timeout = Math.max(1, timeout - (performance.now() - began));
    }
  }

  #refuse(packet: Packet, bytes: number): Promise<void> {
    const { type, payload } = packet;
    const detail = `${bytes} bytes are more than can be sent between services`;
    if (type === REQUEST) {
      return Promise.reject(
        new ExpectedError("PAYLOAD_TOO_LARGE", this.#errors.PAYLOAD_TOO_LARGE, detail),
      );
    }
    if (type !== RESPONSE) throw new RangeError(`${type}: ${detail}`);
    this.logger.error(`an answer was not sent: ${detail}`);
    const error = new ExpectedError("INTERNAL_ERROR", this.#errors.INTERNAL_ERROR, detail);
    const failure = {
      ...payload,
      data: null,
      success: false,
      error: this.transit._createPayloadErrorField(error, payload),
    };
    return this.publish({ ...packet, payload: failure } as never); // the same packet, but smaller
  }
}
