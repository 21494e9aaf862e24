/** How long an endpoint asks to be left alone. */

/** An answer's headers, as far as they say when to come again. */
export interface Asked {
  readonly retryAfter: string | undefined;
  /** The endpoint's own clock. By it the time that it names is right, whatever the clock here says. */
  readonly date: string | undefined;
}

/** No endpoint puts a dispatch off for longer. Milliseconds: a day. */
export const ASKED_MS_MAX: number = 24 * 60 * 60 * 1_000;

const SECONDS = /^\d{1,15}$/;
/** The form of HTTP dates that senders must use, "Sun, 06 Nov 1994 08:49:37 GMT": `Date.parse` alone takes nearly anything. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** The wait that `Retry-After` asks for, in milliseconds: 0 to a day; undefined where it says nothing that can be read. */
export const askedMsOf = ({ retryAfter, date }: Asked, nowMs: number): number | undefined => {
  if (retryAfter === undefined) return undefined;
  const asked = retryAfter.trim();
  if (SECONDS.test(asked)) return Math.min(Number(asked) * 1_000, ASKED_MS_MAX);
  const untilMs = dateMs(asked);
  if (untilMs === undefined) return undefined;
  return Math.min(Math.max(untilMs - (dateMs(date) ?? nowMs), 0), ASKED_MS_MAX);
};

const dateMs = (text: string | undefined): number | undefined => {
  if (text === undefined || !HTTP_DATE.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
};
