/**
 * Server-sent events of an Observable of pages' parts. Each part shows all there is, so a browser that reads slowly gets
 * the latest and misses those between: one part is held for it, whatever comes.
 */
import { interval, map, type Observable, type Subscription } from "rxjs";

/** A comment keeps the connection, and finds out where nobody is at its other end. */
const aliveMs = 15_000;

const asEvent = (html: string): string =>
  `${html
    .split(/\r\n|\r|\n/)
    .map((line) => `data: ${line}`)
    .join("\n")}\n\n`;

const headers = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store",
  "x-accel-buffering": "no",
};

export const liveStream = ({ method }: Pick<Request, "method">, parts$: Observable<string>): Response => {
  // Who asks by HEAD never reads, and never leaves.
  if (method === "HEAD") return new Response(null, { headers });
  const encoder = new TextEncoder();
  let subscription: Subscription | undefined;
  let latest: string | undefined;
  const send = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    if (latest === undefined || (controller.desiredSize ?? 0) <= 0) return;
    controller.enqueue(encoder.encode(latest));
    latest = undefined;
  };
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      const tell = (event: string): void => {
        latest = event;
        send(controller);
      };
      subscription = parts$.pipe(map(asEvent)).subscribe({
        next: tell,
        // The browser connects again by itself.
        error: (error: unknown) => controller.error(error),
        complete: () => controller.close(),
      });
      // It ends with the parts, or when nobody reads any more.
      subscription.add(interval(aliveMs).subscribe(() => tell(latest ?? ": alive\n\n")));
    },
    pull: send,
    cancel: () => subscription?.unsubscribe(),
  });
  return new Response(body, { headers });
};
