import type { Trial } from "../support/try-all.ts";
import { testsFromGo } from "./harness/install.ts";
import { withOverdue } from "./harness/shared.ts";
import { run } from "./harness/run.ts";

/** The client that the Terraform provider uses, with its own tests, which request only healthchecks.io. */
export const goHealthchecksio: Trial = {
  name: "go-healthchecksio",
  run: withOverdue(async (steps, overdue) => {
    const tests = await testsFromGo("github.com/kristofferahl/go-healthchecksio/v2@v2.1.0");
    steps.version = "v2.1.0";
    await overdue.addChannel("go-healthchecksio-channel-default");
    await steps.step("its own tests", /^0 \d\d passed, 0 failed$/, async () => {
      const env = { ...overdue.asHealthchecks, HEALTHCHECKSIO_API_KEY: overdue.keys.write };
      const { code, out } = await run(tests, ["-test.v"], { env });
      const count = (word: string) => out.split(`--- ${word}`).length - 1;
      return `${code} ${count("PASS")} passed, ${count("FAIL")} failed`;
    });
  }),
};
