/** Resolves names to addresses that may be connected to. */
import type { LookupAddress, LookupAllOptions, LookupOptions } from "node:dns";
import type { LookupFunction } from "node:net";

/** All addresses of a name: `dns.lookup`, or what stands for it in a test. */
export type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: Array<LookupAddress>) => void,
) => void;

/**
 * Asks once for all who ask while that is under way. Node resolves names on four threads, which files and cryptography need as well: a
 * name whose server does not answer would occupy them all, and hold up every other destination.
 */
export const sharedResolve = (resolve: Resolve): Resolve => {
  const underWay = new Map<string, Array<Parameters<Resolve>[2]>>();
  return (hostname, options, callback) => {
    const question = JSON.stringify([hostname, options.family, options.hints]);
    const askers = underWay.get(question);
    if (askers !== undefined) {
      askers.push(callback);
      return;
    }
    const all = [callback];
    underWay.set(question, all);
    resolve(hostname, options, (error, addresses) => {
      underWay.delete(question);
      for (const asker of all) asker(error, addresses);
    });
  };
};

/** A name has no public address, or an address that is none stands in its place. */
export class NotPublic extends Error {
  readonly code = "NOT_PUBLIC";
}

/**
 * The `lookup` of a socket. The socket connects to what this answers and asks nobody again, so a name that resolves otherwise a moment
 * later (DNS rebinding) changes nothing. Where only some addresses are allowed, those are answered.
 */
export const checkedLookup =
  (resolve: Resolve, isAllowed: (address: string) => boolean): LookupFunction =>
  (hostname: string, options: LookupOptions, callback): void => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, []);
        return;
      }
      const allowed = addresses.filter(({ address }) => isAllowed(address));
      const [first] = allowed;
      if (first === undefined) callback(new NotPublic(), []);
      else if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
