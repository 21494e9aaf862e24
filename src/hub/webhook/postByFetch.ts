/** Posts by a `fetch` that the caller brings: to a proxy, by a client that is watched, or to no network at all in a test. */
import { Observable } from "rxjs";
import { promiseAsked } from "../../core/promiseWatch.js";
import type { Address, Post } from "./Post.js";

export const postByFetch =
  (call: typeof fetch, { url }: Pick<Address, "url">): Post =>
  ({ headers, body }) =>
    new Observable((subscriber) => {
      promiseAsked("A webhook was posted by fetch");
      const aborting = new AbortController();
      const answered = async (): Promise<void> => {
        const answer = await call(url, { method: "POST", headers, body, redirect: "manual", signal: aborting.signal });
        const asked = answer.headers;
        subscriber.next({
          status: answer.status,
          retryAfter: asked.get("retry-after") ?? undefined,
          date: asked.get("date") ?? undefined,
        });
        subscriber.complete();
      };
      answered().catch((cause: unknown) => subscriber.error(cause));
      // Also after the answer: its body is not read, and this ends it.
      return () => aborting.abort();
    });
