/** The cases of the suite: of queues and writes in the order of the guarantees, then of the life of a store, of the log and of records. */
import type { ConformanceCase } from "./ConformanceCase.js";
import { boundsCases } from "./lifecycle/bounds.js";
import { closingCases } from "./lifecycle/closing.js";
import { openingCases } from "./lifecycle/opening.js";
import { sourcesCases } from "./lifecycle/sources.js";
import { streamClosingCases } from "./log/cases/closing.js";
import { appendExpectationCases } from "./log/cases/expectations.js";
import { feedCases } from "./log/cases/feed.js";
import { pruningCases } from "./log/cases/pruning.js";
import { streamCases } from "./log/cases/streams.js";
import { trimmingCases } from "./log/cases/trimming.js";
import { logWaitingCases } from "./log/cases/waiting.js";
import { atLeastOnceCases } from "./queue/cases/atLeastOnce.js";
import { blocksCases } from "./queue/cases/blocks.js";
import { boundedDemandCases } from "./queue/cases/boundedDemand.js";
import { countsCases } from "./queue/cases/counts.js";
import { crashCases } from "./queue/cases/crash.js";
import { deadLettersCases } from "./queue/cases/deadLetters.js";
import { dedupeCases } from "./queue/cases/dedupe.js";
import { durableTimeCases } from "./queue/cases/durableTime.js";
import { exclusiveCases } from "./queue/cases/exclusive.js";
import { expiryCases } from "./queue/cases/expiry.js";
import { fidelityCases } from "./queue/cases/fidelity.js";
import { firstSettleWinsCases } from "./queue/cases/firstSettleWins.js";
import { givingBackCases } from "./queue/cases/givingBack.js";
import { marksCases } from "./queue/cases/marks.js";
import { orderPerKeyCases } from "./queue/cases/orderPerKey.js";
import { peopleCases } from "./queue/cases/people.js";
import { priorityCases } from "./queue/cases/priority.js";
import { waitingCases } from "./queue/cases/waiting.js";
import { expectationCases } from "./records/cases/expectations.js";
import { indexCases } from "./records/cases/indexes.js";
import { recordReadingCases } from "./records/cases/reading.js";
import { anyStepCases } from "./write/anyStep.js";
import { atomicWritesCases } from "./write/atomicWrites.js";

/** Every sentence that a store must make true, by unique names: for a test runner that `conformance` does not fit. */
export const conformanceCases: ReadonlyArray<ConformanceCase> = [
  ...atLeastOnceCases,
  ...deadLettersCases,
  ...peopleCases,
  ...fidelityCases,
  ...firstSettleWinsCases,
  ...boundedDemandCases,
  ...orderPerKeyCases,
  ...blocksCases,
  ...marksCases,
  ...priorityCases,
  ...exclusiveCases,
  ...givingBackCases,
  ...durableTimeCases,
  ...expiryCases,
  ...crashCases,
  ...waitingCases,
  ...atomicWritesCases,
  ...anyStepCases,
  ...dedupeCases,
  ...countsCases,
  ...openingCases,
  ...boundsCases,
  ...sourcesCases,
  ...closingCases,
  ...appendExpectationCases,
  ...streamCases,
  ...feedCases,
  ...logWaitingCases,
  ...pruningCases,
  ...trimmingCases,
  ...streamClosingCases,
  ...expectationCases,
  ...recordReadingCases,
  ...indexCases,
];
