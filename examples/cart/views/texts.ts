/** Cents, and times, as people read them. */
const euros = new Intl.NumberFormat("en-IE", { style: "currency", currency: "EUR" });

export const money = (cents: number): string => euros.format(cents / 100);

const shortEuros = new Intl.NumberFormat("en-IE", {
  style: "currency",
  currency: "EUR",
  notation: "compact",
  maximumFractionDigits: 1,
});

/** Where there is little room. */
export const shortMoney = (cents: number): string => shortEuros.format(cents / 100);

export const clock = (ms: number): string => `${new Date(ms).toISOString().slice(11, 19)} UTC`;
