import type { Trial } from "../support/try-all.ts";
import { fromPyPi } from "./harness/install.ts";
import { withOverdue } from "./harness/shared.ts";

const GOOD = `
import sys
from healthchecks_wrapper import HealthCheck
with HealthCheck(sys.argv[1]):
    pass
`;
const BAD = `
import asyncio, sys
from healthchecks_wrapper import HealthCheck
async def main():
    async with HealthCheck(sys.argv[1], suppress_exceptions=True):
        raise ValueError("no space")
asyncio.run(main())
`;

/** PyPI's healthchecks-wrapper: wraps a block of code, and sends its traceback as the body. */
export const healthchecksWrapper: Trial = {
  name: "healthchecks-wrapper",
  run: withOverdue(async (steps, overdue) => {
    const python = await fromPyPi("healthchecks-wrapper==0.1.6");
    steps.version = "0.1.6";
    const drive = async (script: string) => {
      const check = await overdue.addCheck();
      const { code } = await python.run(script, [check.pingUrl]);
      return `${code} ${await overdue.seen(check)}`;
    };
    await steps.step("a block that ends well", "0 start, success; run success", () => drive(GOOD));
    await steps.step(
      "an asynchronous block that raises",
      /^0 start, fail (\(\d+ bytes\)|".*no space.*"); run fail$/,
      () => drive(BAD),
    );
  }),
};
