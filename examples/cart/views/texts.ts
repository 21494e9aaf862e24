/** Cents, and times, as people read them. */
const euros = new Intl.NumberFormat("en-IE", { style: "currency", currency: "EUR" });

export const money = (cents: number): string => euros.format(cents / 100);

export const clock = (ms: number): string => `${new Date(ms).toISOString().slice(11, 19)} UTC`;
