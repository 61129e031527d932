import { describe, expect, it } from "vitest";
import { PacketSeal } from "../../lib/mesh/packet-seal";

const SECRET = "a secret that all nodes of the mesh share";
const SUBJECT = "MOL-souk.REQ.payments.a";
const packet = (text: string) => Buffer.from(text);
const [sender, receiver] = [new PacketSeal([SECRET]), new PacketSeal([SECRET])];
const opened = (sealed: Buffer, by = receiver) => by.open([SUBJECT], sealed).toString();

describe("a sealed packet", () => {
  it("is opened by a node with the same key", () => {
    expect(opened(sender.seal(SUBJECT, packet("refund")))).toBe("refund");
  });

  it("is opened once", () => {
    const sealed = sender.seal(SUBJECT, packet("refund"));
    expect(opened(sealed)).toBe("refund");
    expect(opened(sealed)).toBe("repeated");
  });

  it("is opened once, also when it arrives out of turn and is recorded for long", () => {
    const sealed = Array.from({ length: 5_000 }, (_, i) => sender.seal(SUBJECT, packet(`${i}`)));
    const [first, second, ...others] = sealed as [Buffer, Buffer, ...Buffer[]];
    expect(opened(second)).toBe("1");
    expect(opened(first)).toBe("0");
    for (const other of others) opened(other);
    for (const each of sealed) expect(opened(each)).toBe("repeated");
  });

  it("is good for the subject that it was sent to", () => {
    const elsewhere = sender.seal("MOL-souk.REQ.payments.b", packet("refund"));
    expect(opened(elsewhere)).toBe("forged");
    expect(receiver.open([SUBJECT, "MOL-souk.REQ.payments.b"], elsewhere).toString()).toBe(
      "refund",
    );
  });

  it.each([0, 31, 32, 40, 46, 51])("with another byte %i is forged", (index) => {
    const sealed = sender.seal(SUBJECT, packet("refund"));
    sealed.writeUInt8(sealed.readUInt8(index) ^ 1, index);
    expect(opened(sealed)).toBe("forged");
  });

  it("of a stranger is forged, and no packet at all is unsealed", () => {
    expect(opened(new PacketSeal(["a guess"]).seal(SUBJECT, packet("refund")))).toBe("forged");
    expect(opened(packet('{"ver":"5"}'))).toBe("unsealed");
    const plain = packet(JSON.stringify({ ver: "5", sender: "x", action: "payments.refund" }));
    expect(opened(plain)).toBe("forged");
  });

  it("of a key that is on its way out is still opened", () => {
    const changing = new PacketSeal(["new", "old"]);
    expect(opened(new PacketSeal(["old"]).seal(SUBJECT, packet("a")), changing)).toBe("a");
    expect(opened(changing.seal(SUBJECT, packet("b")), new PacketSeal(["new"]))).toBe("b");
  });
});
