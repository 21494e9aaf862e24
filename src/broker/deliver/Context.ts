/** The second argument of a handler. Command ids are made only where they are asked for. */
import type { Message } from "../../core/Message.js";
import type { Recorded } from "../../log/recorded.js";
import type { HandleContext } from "../../operators/internal/WorkContext.js";
import { type Causing, causedBy } from "../../sourcing/policies/causedBy.js";
import type { Pending } from "../Pending.js";
import type { Reaction, ReactionContext } from "../Reaction.js";

interface ContextOf {
  readonly broker: string;
  readonly reaction: Reaction;
  readonly recorded: Recorded<unknown>;
  readonly message: Message<Pending>;
  readonly context: HandleContext;
}

export class Context implements ReactionContext {
  private causing: Causing | undefined;

  constructor(private readonly of: ContextOf) {}

  get stream(): string {
    return this.of.message.key ?? this.of.recorded.stream;
  }

  get attempt(): number {
    return this.of.message.attempt;
  }

  get signal(): AbortSignal {
    return this.of.context.signal;
  }

  /** Two brokers, or two reactions, never make one command id: both names are in it, quoted. */
  get caused(): Causing["caused"] {
    const { broker, reaction, recorded } = this.of;
    this.causing ??= causedBy(JSON.stringify([broker, reaction.name]), recorded);
    return this.causing.caused;
  }
}
