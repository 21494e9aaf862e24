/** Commands as data. */
import { showing } from "../../core/inspecting.js";
import type { EventMap } from "../../log/EventCodec.js";
import type { Aggregate } from "../Aggregate.js";
import type { Send } from "./Policy.js";

/**
 * A command for the aggregate of this id, as data: for policies, and for tests of them. In logs and JSON it shows whom it is for, never
 * the command.
 *
 * @param to the category of the aggregate
 * @param id which one of it
 * @param command what it is to do
 */
export const send = <C, S, M extends EventMap, X>(
  to: Aggregate<C, S, M, X>,
  id: string,
  command: NoInfer<C>,
): Send<X> => {
  const { category } = to.definition;
  return showing({ category, id, command, run: (context) => to.handle(id, command, context) }, "Send", {
    category,
    id,
  });
};
