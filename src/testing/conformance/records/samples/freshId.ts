let made = 0;

/** The id of a record that is in the way of no other. */
export const freshId = (): string => `sample ${++made}`;
