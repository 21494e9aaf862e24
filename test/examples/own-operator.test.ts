import { BehaviorSubject, Subject } from "rxjs";
import type { Message } from "sluice";
import { testMessage } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { whileOpen } from "../../examples/07-own-operator/whileOpen.js";
import { runExample } from "./runExample.js";

/** The operator between a source and what it emitted. */
const opened = (open$: BehaviorSubject<boolean>) => {
  const source = new Subject<Message<string>>();
  const emitted: Array<string> = [];
  let completed = false;
  const subscription = source.pipe(whileOpen(open$, 10)).subscribe({
    next: ({ data }) => emitted.push(data),
    complete: () => {
      completed = true;
    },
  });
  return { source, emitted, subscription, completed: () => completed };
};

describe("an operator of a user's own", () => {
  it("holds what it keeps, emits it in order, and lets go", () => {
    const open$ = new BehaviorSubject(false);
    const { source, emitted, completed } = opened(open$);
    const [a, b] = [testMessage("a"), testMessage("b")];
    source.next(a);
    source.next(b);
    source.complete();
    expect([emitted, a.isHeld(), b.isHeld(), completed()]).toEqual([[], true, true, false]);
    open$.next(true);
    expect([emitted, a.isHeld(), b.isHeld(), completed()]).toEqual([["a", "b"], false, false, true]);
  });

  it("emits nothing that was taken away", () => {
    const open$ = new BehaviorSubject(false);
    const { source, emitted } = opened(open$);
    const [a, b] = [testMessage("a"), testMessage("b")];
    source.next(a);
    source.next(b);
    a.interrupt("lease lost");
    open$.next(true);
    expect(emitted).toEqual(["b"]);
  });

  it("completes when all that it kept is taken away after its source has completed", () => {
    const { source, emitted, completed } = opened(new BehaviorSubject(false));
    const [a, b] = [testMessage("a"), testMessage("b")];
    source.next(a);
    source.next(b);
    source.complete();
    a.interrupt("lease lost");
    expect(completed()).toBe(false);
    b.interrupt("lease lost");
    expect([emitted, completed()]).toEqual([[], true]);
  });

  it("lets go of everything when it is unsubscribed", () => {
    const { source, subscription } = opened(new BehaviorSubject(false));
    const a = testMessage("a");
    source.next(a);
    subscription.unsubscribe();
    expect(a.isHeld()).toBe(false);
  });

  it("keeps messages alive for longer than a lease", { timeout: 60_000 }, async () => {
    const { code, stdout, stderr } = await runExample("07-own-operator/main.ts");
    expect(stderr).toBe("");
    expect(stdout.trim().split("\n")).toEqual(["o-1, attempt 1", "o-2, attempt 1", "o-3, attempt 1"]);
    expect(code).toBe(0);
  });
});
