import { describe, expect, it } from "vitest";
import { spliceIncludes } from "../../../../../src/stores/redis/scripts/splice.js";

describe("spliceIncludes", () => {
  const includes: Readonly<Record<string, string>> = {
    a: "-- a\n--- @include b\nlocal a = b\n",
    b: "-- b\nlocal b = 1\n",
  };

  it("puts every include in its place once, those of includes too", () => {
    const text = spliceIncludes(
      "local x = KEYS[1]\n--- @include a\n--- @include b\nreturn a\n",
      (name) => includes[name],
    );
    expect(text).toBe("local x = KEYS[1]\n-- a\n-- b\nlocal b = 1\nlocal a = b\nreturn a\n");
  });

  it("puts what an inner block includes also behind that block, once in each", () => {
    const text = spliceIncludes(
      "if x then\n  --- @include b\n  --- @include a\nelse\n  --- @include b\nend\n--- @include b\n  --- @include b\n",
      (name) => includes[name],
    );
    const b = "-- b\nlocal b = 1\n";
    expect(text).toBe(`if x then\n${b}-- a\nlocal a = b\nelse\n${b}end\n${b}`);
  });

  it("names the include that is missing", () => {
    expect(() => spliceIncludes("--- @include c\n", (name) => includes[name])).toThrow("no include/c.lua");
  });
});
