import * as TE from "fp-ts/lib/TaskEither.js";
import { firstValueFrom, from, map, of, toArray } from "rxjs";
import { Ack, type Handled, handleByTag, type Message } from "sluice";
import { testMessage } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { operatorLaws } from "../../support/operatorLaws.js";
import { tellHandled } from "../../support/tell.js";

type Hook =
  | { readonly type: "push"; readonly commits: number }
  | { readonly type: "issue"; readonly title: string }
  | { readonly type: "star" };

interface Letter {
  readonly type: "letter";
  readonly text: string;
}

const handledAs = (hooks: ReadonlyArray<Hook>): Promise<ReadonlyArray<string>> =>
  firstValueFrom(
    from(hooks.map((hook) => testMessage(hook))).pipe(
      handleByTag("type", {
        push: (m) => TE.right<"noRepo", number>(m.data.commits),
        issue: async (m) => m.data.title,
        star: () => of(Ack),
      }),
      map(tellHandled),
      toArray(),
    ),
  );

describe("handleByTag", () => {
  operatorLaws({
    operator: () => handleByTag("type", { letter: (m: Message<Letter>) => of(m.data.text) }),
    input: (text) => testMessage<Letter>({ type: "letter", text }),
    show: ({ message }: Handled<Letter, unknown, unknown>) => message.data.text,
  });

  it("gives each case to its own handler", async () => {
    const hooks: ReadonlyArray<Hook> = [{ type: "star" }, { type: "push", commits: 3 }, { type: "issue", title: "t" }];
    expect([...(await handledAs(hooks))].sort()).toStrictEqual(["Right(3)", "Right(Ack): Ack", "Right(t)"]);
  });

  it.each(["fork", "toString", "__proto__", "constructor"])(
    "fails a message whose tag %j has no handler, and goes on",
    async (type) => {
      const seen = await handledAs([{ type } as unknown as Hook, { type: "star" }]);
      expect(seen).toStrictEqual([
        "Threw(handleByTag has no handler for this message's type, only for push, issue, star.)",
        "Right(Ack): Ack",
      ]);
    },
  );

  it("fails a message whose handler throws", async () => {
    const throwing = handleByTag("type", {
      letter: (_: Message<Letter>) => {
        throw new Error("no");
      },
    });
    const handled = await firstValueFrom(of(testMessage<Letter>({ type: "letter", text: "a" })).pipe(throwing));
    expect(tellHandled(handled)).toBe("Threw(no)");
  });

  it("gives the handlers the context, and takes the options of handle", () => {
    const signals: Array<AbortSignal> = [];
    const source = of(testMessage<Letter>({ type: "letter", text: "a" }));
    source
      .pipe(
        handleByTag(
          "type",
          {
            letter: (_: Message<Letter>, { signal }) => {
              signals.push(signal);
              return new Promise<never>(() => undefined);
            },
          },
          { timeoutMs: 0 },
        ),
      )
      .subscribe();
    expect(signals.map((signal) => signal.aborted)).toStrictEqual([true]);
  });

  it("reads the tag `undefined` of a lost case as one without a handler", async () => {
    expect(await handledAs([{} as Hook])).toStrictEqual([
      "Threw(handleByTag has no handler for this message's type, only for push, issue, star.)",
    ]);
  });
});
