import "./zod-config.ts";
import { globalConfig } from "zod/v4/core";
import { expect, test } from "vitest";

test("zod, loaded later, does not try to compile functions", () => {
  expect(globalConfig.jitless).toBe(true);
});
