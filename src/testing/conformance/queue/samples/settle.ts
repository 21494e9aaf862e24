import { Ack } from "../../../../core/Outcome.js";
import { leaseLost } from "../../../../core/SluiceError.js";
import type { SettleStep } from "../../../../core/steps/Settle.js";
import type { Sample } from "../../write/Sample.js";
import type { Scene } from "../Scene.js";
import { settleStep } from "../steps.js";

const ackOne = async (scene: Scene): Promise<SettleStep> => {
  await scene.enqueue(["to be settled"]);
  return settleStep(await scene.leaseOne(), Ack, { queue: scene.queue });
};

/** An ack. It is refused if its lease was settled before. */
export const Settle: Sample<SettleStep> = {
  ready: ackOne,
  refused: async (scene) => {
    const step = await ackOne(scene);
    await scene.done([step]);
    return { step, refusal: leaseLost(step.id) };
  },
};
