/** The cases of the suite, in the order of the guarantees. */
import type { ConformanceCase } from "../ConformanceCase.js";
import { atLeastOnceCases } from "./cases/atLeastOnce.js";
import { atomicWritesCases } from "./cases/atomicWrites.js";
import { blocksCases } from "./cases/blocks.js";
import { boundedDemandCases } from "./cases/boundedDemand.js";
import { countsCases } from "./cases/counts.js";
import { crashCases } from "./cases/crash.js";
import { deadLettersCases } from "./cases/deadLetters.js";
import { dedupeCases } from "./cases/dedupe.js";
import { durableTimeCases } from "./cases/durableTime.js";
import { exclusiveCases } from "./cases/exclusive.js";
import { expiryCases } from "./cases/expiry.js";
import { fidelityCases } from "./cases/fidelity.js";
import { firstSettleWinsCases } from "./cases/firstSettleWins.js";
import { givingBackCases } from "./cases/givingBack.js";
import { orderPerKeyCases } from "./cases/orderPerKey.js";
import { peopleCases } from "./cases/people.js";
import { priorityCases } from "./cases/priority.js";
import { waitingCases } from "./cases/waiting.js";

/** Every sentence that a store must make true; names are unique. For a runner of your own; else see `conformance`. */
export const conformanceCases: ReadonlyArray<ConformanceCase> = [
  ...atLeastOnceCases,
  ...deadLettersCases,
  ...peopleCases,
  ...fidelityCases,
  ...firstSettleWinsCases,
  ...boundedDemandCases,
  ...orderPerKeyCases,
  ...blocksCases,
  ...priorityCases,
  ...exclusiveCases,
  ...givingBackCases,
  ...durableTimeCases,
  ...expiryCases,
  ...crashCases,
  ...waitingCases,
  ...atomicWritesCases,
  ...dedupeCases,
  ...countsCases,
];
