/** The mark of a record's state. */
declare const brand: unique symbol;

/**
 * Names one state of one record: made by the client that put it, and never given twice. So whoever holds an old one is refused, also
 * after Remove and Put, and after a failover that lost writes, where a count would come again.
 */
export type Revision = string & { readonly [brand]: "Revision" };

/** The revision that an id makes: what is random in a UUIDv7, 19 hex digits. */
export const revisionOf = (id: string): Revision => (id.slice(15, 18) + id.slice(19, 23) + id.slice(24)) as Revision;
