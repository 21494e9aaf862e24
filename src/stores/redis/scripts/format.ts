/**
 * The number of the layout of all that is kept in Redis. Every change of the layout raises it, here and in
 * `lua/include/format.lua`. Scripts refuse a queue of another format; what a blocking read brings is checked here.
 */
export const FORMAT = "3";
