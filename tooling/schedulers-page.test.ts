import { afterAll, beforeAll, expect, test } from "vitest";
import { runtimeOffsets, useOffsets } from "../packages/schedules/src/timezones/timezones.ts";
import { schedulersPage } from "./schedulers-page.ts";

beforeAll(() => useOffsets(runtimeOffsets));
afterAll(() => useOffsets());

// `npx vitest run --project tooling -u tooling/schedulers-page.test.ts` writes the page.
test("docs/schedulers.md says what the schedulers do", async () => {
  await expect(schedulersPage()).toMatchFileSnapshot("../docs/schedulers.md");
});
