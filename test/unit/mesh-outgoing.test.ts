import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Outgoing, type Letter } from "../../lib/mesh/outgoing";

const letter = (subject: string): Letter => ({ subject, data: Buffer.of(1), reply: undefined });
const numbered = (count: number) => Array.from({ length: count }, (_, n) => letter(String(n)));

function aBox() {
  const published: string[] = [];
  return { published, outgoing: new Outgoing(({ subject }) => published.push(subject)) };
}

describe("what leaves a node", () => {
  it("is published together, in order, when the turn of the event loop ends", async () => {
    const { published, outgoing } = aBox();
    const sent = ["a", "b", "c"].map((subject) => outgoing.add(letter(subject)));
    await Promise.resolve();
    expect(published).toEqual([]);
    await Promise.all(sent);
    expect(published).toEqual(["a", "b", "c"]);
  });

  it("does not wait for more than sixteen", async () => {
    const { published, outgoing } = aBox();
    const sent = numbered(20).map((one) => outgoing.add(one));
    expect(published).toHaveLength(16);
    await Promise.all(sent);
    expect(published).toEqual(numbered(20).map(({ subject }) => subject));
  });

  it("leaves at once when the connection is about to end", () => {
    const { published, outgoing } = aBox();
    void outgoing.add(letter("goodbye"));
    outgoing.flush();
    expect(published).toEqual(["goodbye"]);
  });

  it("tells every sender when it cannot be published, and takes what comes after", async () => {
    let closed = true;
    const published: string[] = [];
    const outgoing = new Outgoing(({ subject }) => {
      if (closed) throw new Error("the connection is closed");
      published.push(subject);
    });
    const results = await Promise.allSettled(numbered(3).map((one) => outgoing.add(one)));
    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    closed = false;
    await nextTurn();
    await outgoing.add(letter("later"));
    expect(published).toEqual(["later"]);
  });
});
