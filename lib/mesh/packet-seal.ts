import { randomBytes } from "node:crypto";
import { MAC_BYTES, MacKeys } from "../mac-keys";
import { RecentlyUsed } from "../recently-used";

const SENDER_BYTES = 8;
const COUNTER_BYTES = 6;
const HEAD_BYTES = MAC_BYTES + SENDER_BYTES + COUNTER_BYTES;

/** How far a packet may be overtaken by later ones of its sender; NATS keeps their order. */
const WINDOW = 4_096;
/** Processes whose counters are remembered. */
const SENDERS = 1_000;

/** Why a packet is dropped. */
export type Fault = "unsealed" | "forged" | "repeated";

/**
 * Seals what goes over the bus with HMAC-SHA256 over subject, sender, counter and bytes: whoever has
 * no key can neither make nor change a packet, send it elsewhere, nor send a recorded one again.
 */
export class PacketSeal {
  readonly #keys: MacKeys;
  readonly #sender = randomBytes(SENDER_BYTES);
  readonly #heard = new RecentlyUsed<string, Float64Array>(SENDERS);
  #counter = 0;

  /** The first secret seals, all open. */
  constructor(secrets: readonly (string | Buffer)[]) {
    this.#keys = new MacKeys("souk packet seal 1", secrets);
  }

  seal(subject: string, data: Buffer): Buffer {
    const sealed = Buffer.allocUnsafe(HEAD_BYTES + data.length);
    this.#sender.copy(sealed, MAC_BYTES);
    sealed.writeUIntBE(++this.#counter, MAC_BYTES + SENDER_BYTES, COUNTER_BYTES);
    data.copy(sealed, HEAD_BYTES);
    this.#keys.sign(`${subject}\n`, sealed.subarray(MAC_BYTES)).copy(sealed);
    return sealed;
  }

  /** What was sealed for one of `subjects`, or why it is dropped. */
  open(subjects: readonly string[], sealed: Buffer): Buffer | Fault {
    if (sealed.length < HEAD_BYTES) return "unsealed";
    const [mac, rest] = [sealed.subarray(0, MAC_BYTES), sealed.subarray(MAC_BYTES)];
    const isFor = (subject: string): boolean => this.#keys.isGenuine(mac, `${subject}\n`, rest);
    if (!subjects.some(isFor)) return "forged";
    return this.#isRepeated(sealed) ? "repeated" : sealed.subarray(HEAD_BYTES);
  }

  /** Each counter has a slot that it shares with those a window away; a later one shuts it for earlier ones. */
  #isRepeated(sealed: Buffer): boolean {
    const sender = sealed.toString("latin1", MAC_BYTES, MAC_BYTES + SENDER_BYTES);
    const counter = sealed.readUIntBE(MAC_BYTES + SENDER_BYTES, COUNTER_BYTES);
    let slots = this.#heard.get(sender);
    if (!slots) this.#heard.set(sender, (slots = new Float64Array(WINDOW)));
    if (counter <= (slots[counter % WINDOW] ?? 0)) return true;
    slots[counter % WINDOW] = counter;
    return false;
  }
}
