import { describe, expect, it } from "vitest";
import { delivery, mapMessage } from "../../../../src/core/Message.js";
import { Reject } from "../../../../src/core/Outcome.js";
import { delivered, errorOf, scene, settled, steal, takeInHand, watch } from "../scene.js";

describe("a holder", () => {
  it("is replaced by the latest, who alone is told", () => {
    const s = delivered();
    const [first, second] = [takeInHand(s.message), takeInHand(s.message)];
    s.message[delivery].letGo(first.holder);
    steal(s, s.message);
    s.clock.advance(30_000);
    expect([first.reasons, second.reasons]).toEqual([[], ["lease lost"]]);
  });

  it("is told once, whatever else befalls the message", () => {
    const s = delivered();
    const held = takeInHand(s.message);
    steal(s, s.message);
    watch(s.message.extend(1_000));
    watch(s.message.ack);
    s.clock.advance(60_000);
    expect(held.reasons).toEqual(["lease lost"]);
  });

  it("of a lost message is told at once", () => {
    const s = delivered();
    steal(s, s.message);
    watch(s.message.extend(1_000));
    expect(takeInHand(s.message).reasons).toEqual(["lease lost"]);
  });

  it("is not told of a settlement that succeeds", () => {
    const s = delivered();
    const held = takeInHand(s.message);
    settled(s, s.message.ack);
    s.clock.advance(60_000);
    expect(held.reasons).toEqual([]);
  });
});

describe("the face of a message", () => {
  it("tells id, data, key, headers, times and attempt", () => {
    const s = scene({ key: () => "k" });
    s.clock.advance(1_234);
    s.queue.enqueue(7, { headers: { trace: "t-1" } }).subscribe();
    s.clock.advance(1_000);
    const [message] = watch(s.queue.messages({ prefetch: 200 })).values;
    expect(message).toMatchObject({ data: 7, key: "k", attempt: 1, enqueuedAtMs: 1_234, firstEnqueuedAtMs: 1_234 });
    expect({ ...message!.headers }).toEqual({ trace: "t-1" });
    expect(message![delivery]).toMatchObject({ prefetch: 200, scheduler: s.clock });
    s.clock.advance(500);
    expect(message![delivery].nowMs()).toBe(2_734);
  });

  it("keeps its lease when its data is changed: acking the one acks the other", () => {
    const s = delivered();
    const text = mapMessage(String)(s.message);
    expect([text.data, text.id, text[delivery]]).toEqual(["0", s.message.id, s.message[delivery]]);
    settled(s, text.ack);
    expect(s.stats().acked).toBe(1);
    expect(errorOf(s.message.settle(Reject({ cause: "x" })))).toMatchObject({ _tag: "AlreadySettled" });
  });
});
