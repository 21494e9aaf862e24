/** Which addresses a webhook may go to. */
import type { LookupAddress } from "node:dns";
import { describe, expect, it } from "vitest";
import { isPublicAddress } from "../../../src/hub/webhook/addresses.js";
import { checkedLookup, NotPublic, type Resolve, sharedResolve } from "../../../src/hub/webhook/checkedLookup.js";

describe("an address is public", () => {
  it.each([
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "169.253.255.255",
    "172.15.255.255",
    "172.32.0.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2606:4700:4700::1111",
    "2a00:1450:4001:82f::200e",
    "2001:200::1",
  ])("%s", (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
});

describe("an address is not public", () => {
  it.each([
    ["this host", "0.0.0.0"],
    ["this host", "0.1.2.3"],
    ["private", "10.0.0.1"],
    ["private", "10.255.255.255"],
    ["private", "172.16.0.1"],
    ["private", "172.31.255.255"],
    ["private", "192.168.1.1"],
    ["of a provider's customers", "100.64.0.1"],
    ["Alibaba's", "100.100.100.200"],
    ["loopback", "127.0.0.1"],
    ["loopback", "127.255.255.254"],
    ["link-local", "169.254.0.1"],
    ["of the cloud's credentials", "169.254.169.254"],
    ["Oracle's", "192.0.0.192"],
    ["Azure's", "168.63.129.16"],
    ["documentation", "192.0.2.1"],
    ["documentation", "198.51.100.7"],
    ["documentation", "203.0.113.7"],
    ["a relay", "192.88.99.1"],
    ["a benchmark", "198.19.255.255"],
    ["multicast", "224.0.0.1"],
    ["reserved", "240.0.0.1"],
    ["broadcast", "255.255.255.255"],
    ["unspecified", "::"],
    ["loopback", "::1"],
    ["compatible with IPv4", "::7f00:1"],
    ["mapped", "::ffff:127.0.0.1"],
    ["mapped", "::ffff:7f00:1"],
    ["mapped, though of a public one", "::ffff:8.8.8.8"],
    ["translated", "::ffff:0:127.0.0.1"],
    ["NAT64", "64:ff9b::7f00:1"],
    ["NAT64", "64:ff9b::808:808"],
    ["local NAT64", "64:ff9b:1::a00:1"],
    ["discard", "100::1"],
    ["Teredo", "2001:0:7f00:1::1"],
    ["a benchmark", "2001:2::1"],
    ["documentation", "2001:db8::1"],
    ["6to4", "2002:7f00:1::1"],
    ["documentation", "3fff::1"],
    ["unique local", "fc00::1"],
    ["Amazon's", "fd00:ec2::254"],
    ["link-local", "fe80::1"],
    ["link-local with a zone", "fe80::1%eth0"],
    ["global with a zone", "2606:4700:4700::1111%lo"],
    ["site-local", "fec0::1"],
    ["multicast", "ff02::1"],
    ["reserved", "4000::1"],
    ["a name", "localhost"],
    ["no address", ""],
    ["short", "127.1"],
    ["a number", "2130706433"],
  ])("where it is %s: %s", (_, address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe("a name is resolved", () => {
  const resolving = (...answers: ReadonlyArray<ReadonlyArray<string>>) => {
    let asked = 0;
    const resolve: Resolve = (_, __, callback) => {
      const addresses = answers[asked++] ?? [];
      callback(
        null,
        addresses.map((address): LookupAddress => ({ address, family: address.includes(":") ? 6 : 4 })),
      );
    };
    return { resolve, asked: () => asked };
  };
  const look = (resolve: Resolve, all: boolean) =>
    new Promise((told) => {
      checkedLookup(resolve, isPublicAddress)("name.test", { all }, (error, address, family) =>
        told(error ?? (typeof address === "string" ? `${address} of ${family}` : address)),
      );
    });

  it("once for all who ask at the same time, and anew afterwards, also where that fails", async () => {
    const waiting: Array<Parameters<Resolve>[2]> = [];
    const shared = sharedResolve((_, __, callback) => void waiting.push(callback));
    const asking = () => Promise.all([look(shared, true), look(shared, false), look(shared, true)]);
    const first = asking();
    expect(waiting).toHaveLength(1);
    waiting[0]?.(null, [{ address: "8.8.8.8", family: 4 }]);
    const all = [{ address: "8.8.8.8", family: 4 }];
    expect(await first).toEqual([all, "8.8.8.8 of 4", all]);
    const second = asking();
    expect(waiting).toHaveLength(2);
    const error = new Error("no");
    waiting[1]?.(error, []);
    expect(await second).toEqual([error, error, error]);
    void asking();
    expect(waiting).toHaveLength(3);
  });

  it("once, and to what was looked at: another answer a moment later changes nothing", async () => {
    const { resolve, asked } = resolving(["8.8.8.8"], ["127.0.0.1"]);
    expect(await look(resolve, true)).toEqual([{ address: "8.8.8.8", family: 4 }]);
    expect(asked()).toBe(1);
    expect(await look(resolve, true)).toBeInstanceOf(NotPublic);
  });

  it("to those of its addresses that are public", async () => {
    const answers = ["127.0.0.1", "2606:4700:4700::1111", "::ffff:10.0.0.1", "8.8.8.8", "169.254.169.254"];
    expect(await look(resolving(answers).resolve, true)).toEqual([
      { address: "2606:4700:4700::1111", family: 6 },
      { address: "8.8.8.8", family: 4 },
    ]);
    expect(await look(resolving(answers).resolve, false)).toBe("2606:4700:4700::1111 of 6");
  });

  it("to nothing where none is, or where there are none", async () => {
    expect(await look(resolving(["10.0.0.1", "::1"]).resolve, true)).toBeInstanceOf(NotPublic);
    expect(await look(resolving([]).resolve, false)).toBeInstanceOf(NotPublic);
  });

  it("with the resolver's own failure, where it has one", async () => {
    const failing: Resolve = (_, __, callback) => callback(Object.assign(new Error("no"), { code: "ENOTFOUND" }), []);
    expect(await look(failing, true)).toMatchObject({ code: "ENOTFOUND" });
  });
});
