/** The main work: each webhook goes to the handler of its event, and what came of it is settled. */
import { type Either, map as mapRight } from "fp-ts/lib/Either.js";
import { map, type Observable } from "rxjs";
import {
  block,
  deadLetter,
  followUp,
  handleByTag,
  type Message,
  type MessagesOptions,
  retryBackoff,
  type Settlement,
  settle,
} from "sluice";
import type { DigestLine } from "./codecs/DigestLine.js";
import { eventOf, repositoryOf, type Webhook } from "./codecs/Webhook.js";
import type { Downstream, DownstreamError } from "./downstream.js";
import type { Queues } from "./queues.js";

export interface HandleWebhooksOptions {
  readonly concurrency: number;
  readonly stop$: MessagesOptions["stop$"];
}

export const handleWebhooks = (
  { webhooks, digest, ledger }: Queues,
  downstream: Downstream,
  { concurrency, stop$ }: HandleWebhooksOptions,
): Observable<Settlement<Webhook, DigestLine, DownstreamError>> => {
  const report = (message: Message<Webhook>, text: string): Observable<Either<DownstreamError, DigestLine>> =>
    downstream
      .send({ id: message.id, attempt: message.attempt, repository: repositoryOf(message.data) })
      .pipe(map(mapRight(() => ({ event: eventOf(message.data), text }))));

  return webhooks.messages({ prefetch: 2 * concurrency, stop$, stopMsMax: 2_000 }).pipe(
    handleByTag(
      "event",
      {
        push: (m) => report(m, `${m.data.payload.pusher.name} pushed ${m.data.payload.commits.length} commits`),
        issues: (m) => report(m, `issue ${m.data.payload.issue.number} was ${m.data.payload.action}`),
        pull_request: (m) => report(m, `pull request ${m.data.payload.number} was ${m.data.payload.action}`),
        release: (m) => report(m, `release ${m.data.payload.release.tag_name} was ${m.data.payload.action}`),
        star: (m) => report(m, m.data.payload.action === "created" ? "one star more" : "one star less"),
        other: (m) => report(m, `${m.data.name} ${m.data.payload.action ?? "happened"}`),
      },
      { concurrency, timeoutMs: 5_000 },
    ),
    followUp((line, message) => [
      digest.enqueue(line),
      ledger.enqueue({ delivery: message.id, event: line.event, attempts: message.attempt }),
    ]),
    block({ scope: "key", when: (failure) => failure._tag === "Failed" && failure.error._tag === "UnknownRepository" }),
    retryBackoff({ initialMs: 5, factor: 2, delayMsMax: 1_000, attemptsMax: 10, jitter: "full" }),
    deadLetter(),
    settle(),
  );
};
