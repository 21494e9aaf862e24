/** Signatures, by the specification's own example. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isSignedBy, signatureText, signerOf } from "../../../src/hub/webhook/signature.js";
import { SECRET } from "./scene.js";

const signed = {
  id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
  timestamp: "1614265330",
  body: Buffer.from('{"test": 2432232314}'),
};
const SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
const signer = signerOf("secret", SECRET);

describe("a signature", () => {
  it("is that of Standard Webhooks", () => {
    expect(signatureText(signer(signed))).toBe(SIGNATURE);
    expect(isSignedBy([signer], signed, SIGNATURE)).toBe(true);
  });

  it("is of id, time and body, each of them", () => {
    expect(isSignedBy([signer], { ...signed, id: "msg_1" }, SIGNATURE)).toBe(false);
    expect(isSignedBy([signer], { ...signed, timestamp: "1614265331" }, SIGNATURE)).toBe(false);
    expect(isSignedBy([signer], { ...signed, body: Buffer.from('{"test":2432232314}') }, SIGNATURE)).toBe(false);
  });

  it("is found among several, of several secrets", () => {
    const other = signerOf("secret", "another secret");
    const both = `${signatureText(other(signed))} ${SIGNATURE}`;
    expect(isSignedBy([signer], signed, both)).toBe(true);
    expect(isSignedBy([other], signed, both)).toBe(true);
    expect(isSignedBy([other, signer], signed, SIGNATURE)).toBe(true);
    expect(isSignedBy([other], signed, SIGNATURE)).toBe(false);
    expect(isSignedBy([], signed, SIGNATURE)).toBe(false);
  });

  it.each([
    ["nothing", ""],
    ["no version", SIGNATURE.slice(3)],
    ["another version", SIGNATURE.replace("v1,", "v1a,")],
    ["no signature", "v1,"],
    ["a part of it", SIGNATURE.slice(0, -8)],
    ["more than it", `${SIGNATURE.slice(0, -1)}AAAA`],
    ["blanks", "   "],
  ])("is not there in a header with %s", (_, header) => {
    expect(isSignedBy([signer], signed, header)).toBe(false);
  });

  it("is looked for among the first ten alone", () => {
    const behind = (count: number) => `${"v1,AAAA ".repeat(count)}${SIGNATURE}`;
    expect(isSignedBy([signer], signed, behind(9))).toBe(true);
    expect(isSignedBy([signer], signed, behind(10))).toBe(false);
  });

  it("is refused with any bit turned", () => {
    fc.assert(
      fc.property(fc.nat(31), fc.nat(7), (byte, bit) => {
        const wrong = Buffer.from(signer(signed));
        wrong[byte] = (wrong[byte] ?? 0) ^ (1 << bit);
        expect(isSignedBy([signer], signed, signatureText(wrong))).toBe(false);
      }),
      { numRuns: 50 },
    );
  });
});

describe("a secret", () => {
  it("without the prefix is taken as it is, in UTF-8", () => {
    expect(signerOf("secret", "gärtner")(signed)).toEqual(
      signerOf("secret", `whsec_${Buffer.from("gärtner").toString("base64")}`)(signed),
    );
  });

  it.each([
    ["the empty text", ""],
    ["no text", 5],
    ["nothing behind the prefix", "whsec_"],
    ["no Base64 behind the prefix", "whsec_ab-cd TELL"],
    ["Base64 of no byte", "whsec_A"],
    ["Base64 that is cut off", "whsec_TELLTELLTELLT"],
    ["too long", "TELL".repeat(400)],
  ])("is refused where it is %s, and not shown", (_, secret) => {
    const make = () => signerOf("secrets[1]", secret as string);
    expect(make).toThrow(expect.objectContaining({ _tag: "InvalidConfig", option: "secrets[1]" }));
    expect(make).not.toThrow(/TELL/);
  });
});
