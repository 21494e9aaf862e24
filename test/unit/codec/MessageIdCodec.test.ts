import { isLeft, isRight, right } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import { MessageIdCodec, newMessageId, queue } from "sluice";
import { memoryStore } from "sluice/memory";
import { describe, expect, it } from "vitest";
import { reportOf } from "../../../src/codec/report.js";

const id = newMessageId();

describe("MessageIdCodec", () => {
  it("decodes what it encoded, through JSON", () => {
    const Body = t.type({ id: MessageIdCodec });
    const body = Body.decode(JSON.parse(JSON.stringify(Body.encode({ id }))));
    expect(body).toEqual(right({ id }));
  });

  it("folds upper case, so that ids compare as texts", () => {
    expect(MessageIdCodec.decode(id.toUpperCase())).toEqual(right(id));
    expect([MessageIdCodec.is(id), MessageIdCodec.is(id.toUpperCase())]).toEqual([true, false]);
  });

  it.each(["", "o-1", `${id} `, `{${id}}`, id.slice(1), 1, null, undefined, [id], { id }])("refuses %j", (value) => {
    const decoded = MessageIdCodec.decode(value);
    expect(MessageIdCodec.is(value)).toBe(false);
    expect(isLeft(decoded) && reportOf(decoded.left)).toEqual([
      expect.stringMatching(/^value: expected MessageId, got /),
    ]);
  });

  it("gives ids that a queue takes, and may be a part of a queue's own codec", async () => {
    const audit = queue(memoryStore(), { name: "audit", codec: t.type({ about: MessageIdCodec }) });
    const decoded = MessageIdCodec.decode(id.toUpperCase());
    if (isRight(decoded)) await audit.enqueue({ about: decoded.right }, { id: decoded.right });
    const [message] = await audit.receive({ max: 1 });
    expect([message?.id, message?.data.about]).toEqual([id, id]);
  });
});
