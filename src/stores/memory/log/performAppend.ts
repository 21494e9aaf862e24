/** How an append is done. */
import { type AppendedResult, type AppendStep, streamRefusal } from "../../../core/steps/Append.js";
import type { Performer } from "../write/Performer.js";

export const Append: Performer<AppendStep, AppendedResult> = {
  prepare: () => undefined,
  check: (step, { contents: { log }, list, nowMs }) => {
    const { stream, events, closes } = step;
    const state = log.streamFor(list, stream);
    const refused = streamRefusal(step, state);
    if (refused !== undefined) return refused;
    const version = state.version + events.length;
    log.plan(list, stream, {
      version,
      lastId: events.at(-1)?.id ?? state.lastId,
      closed: state.closed || closes,
    });
    return () => {
      log.append(stream, events, nowMs);
      if (closes) log.setClosed(stream, true);
      return { _tag: "Appended", version, position: events.length === 0 ? undefined : log.headPosition };
    };
  },
};
