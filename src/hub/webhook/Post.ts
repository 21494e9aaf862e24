/** One request to an endpoint and what it answers, however it is carried. */
import type { Observable } from "rxjs";
import type { Asked } from "./askedWait.js";

/** What is posted. */
export interface Letter {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What counts of an answer. Its body does not: it is read as far as it keeps the connection usable, and forgotten. */
export interface Answer extends Asked {
  readonly status: number;
}

/** Where letters go, and how much may come back. */
export interface Address {
  readonly url: URL;
  /** So many bytes of an answer's body are taken from the connection; of one with more the connection is closed. */
  readonly answerBytesMax: number;
}

/** Emits the answer and completes; errors where there is none. Unsubscribing gives up the request. */
export type Post = (letter: Letter) => Observable<Answer>;
