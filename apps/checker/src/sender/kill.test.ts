import { redisMissing } from "@overdue/testkit";
import { expect, test, vi } from "vitest";

import { flush, killChecker, killSender, prove } from "../../../../bench/alerts/prove.ts";

// Each starts the product and, after every blow, one of its programs: on a busy machine that takes a minute.
vi.setConfig({ testTimeout: 180_000 });

// The whole thing is `npm run proof:kill`.
const FEW = { checks: 120, blows: 2, answerMs: 0 };

test("a checker that is killed while a slow receiver gets its alerts loses nothing and repeats nothing", async () => {
  const slow = { ...FEW, answerMs: 200, store: "postgres" } as const;
  expect(await prove(slow, killChecker)).toMatchObject({ lost: 0, twice: 0 });
});

test("a sender that is killed while alerts go out loses none, and repeats few", async () => {
  const { lost, twice } = await prove({ ...FEW, store: "postgres" }, killSender);
  expect(lost).toBe(0);
  expect(twice).toBeLessThanOrEqual(2 * FEW.blows);
});

test.skipIf(redisMissing)("a Redis that is emptied while alerts go out loses none", async () => {
  expect(await prove({ ...FEW, store: "redis" }, flush)).toMatchObject({ lost: 0, twice: 0 });
});
