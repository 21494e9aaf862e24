/**
 * The layout of all that is kept in Redis, as a number: raised with every change of it, here and in
 * `lua/include/format.lua`. Scripts refuse a queue of another format; what comes by a blocking read is checked here.
 */
export const FORMAT = "3";
