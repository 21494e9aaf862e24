/** Due, or over, no earlier than asked, in whole milliseconds: the server counts no fractions. */
export const wholeMs = (ms: number): number => Math.ceil(ms);
