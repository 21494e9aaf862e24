/**
 * Which addresses belong to the public internet. Whoever may name the URL of a webhook may name any, also that of a database beside this
 * process, or of the service that hands a cloud's credentials to its machines.
 */
import { BlockList, isIP } from "node:net";

type Range = readonly [net: string, prefix: number];

/** What the registries of IANA for special purposes say is not to be reached globally, and what clouds use in spite of them. */
const IPV4_REFUSED: ReadonlyArray<Range> = [
  ["0.0.0.0", 8], // this host
  ["10.0.0.0", 8], // private
  ["100.64.0.0", 10], // shared by a provider's customers; the credentials of Alibaba
  ["127.0.0.0", 8], // loopback
  ["169.254.0.0", 16], // link-local; the credentials of most clouds
  ["172.16.0.0", 12], // private
  ["192.0.0.0", 24], // protocol assignments; the credentials of Oracle
  ["192.0.2.0", 24], // documentation
  ["192.88.99.0", 24], // relays from IPv6
  ["192.168.0.0", 16], // private
  ["198.18.0.0", 15], // benchmarks
  ["198.51.100.0", 24], // documentation
  ["203.0.113.0", 24], // documentation
  ["224.0.0.0", 4], // multicast
  ["240.0.0.0", 4], // reserved, and broadcast
  ["168.63.129.16", 32], // the host of a machine at Azure
];

/**
 * All else of IPv6 is refused: loopback, unique local (fc00::/7) and link-local addresses, multicast, and those that carry an IPv4 address
 * for a translator: mapped (::ffff:0:0/96), compatible (::/96) and NAT64 (64:ff9b::/96, 64:ff9b:1::/48).
 */
const IPV6_GLOBAL: Range = ["2000::", 3];

const IPV6_REFUSED: ReadonlyArray<Range> = [
  ["2001::", 23], // protocol assignments, Teredo among them, which carries an IPv4 address
  ["2001:db8::", 32], // documentation
  ["2002::", 16], // 6to4, which carries an IPv4 address
  ["3fff::", 20], // documentation
];

const blockList = (ranges: ReadonlyArray<Range>, family: "ipv4" | "ipv6"): BlockList => {
  const list = new BlockList();
  for (const [net, prefix] of ranges) list.addSubnet(net, prefix, family);
  return list;
};

const ipv4Refused = blockList(IPV4_REFUSED, "ipv4");
const ipv6Global = blockList([IPV6_GLOBAL], "ipv6");
const ipv6Refused = blockList(IPV6_REFUSED, "ipv6");

/** Whether this is an address, and a public one. An address with a zone is of one link, so it is none. */
export const isPublicAddress = (address: string): boolean => {
  switch (address.includes("%") ? 0 : isIP(address)) {
    case 4:
      return !ipv4Refused.check(address, "ipv4");
    case 6:
      return ipv6Global.check(address, "ipv6") && !ipv6Refused.check(address, "ipv6");
    default:
      return false;
  }
};
