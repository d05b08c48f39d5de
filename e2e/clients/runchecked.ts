import type { Trial } from "../support/try-all.ts";
import { fromPyPi } from "./harness/install.ts";
import { withOverdue } from "./harness/shared.ts";

const SCRIPT = `
import sys
from runchecked import HealthCheckedContext
with HealthCheckedContext(sys.argv[1]) as job:
    job.run(["sh", "-c", sys.argv[2]])
`;

/** PyPI's runchecked: runs commands, and sends their output as the body. */
export const runchecked: Trial = {
  name: "runchecked",
  run: withOverdue(async (steps, overdue) => {
    const python = await fromPyPi("runchecked==0.1.1");
    steps.version = "0.1.1";
    for (const [step, command, end, seen] of [
      ["a command that ends well", "echo all is well", "", /^success (\(\d+ bytes\)|".*")$/],
      [
        "one that fails, with a slash after the URL",
        "echo no space; exit 3",
        "/",
        /^fail (\(\d+ bytes\)|".*")$/,
      ],
    ] as const) {
      await steps.step(step, seen, async () => {
        const check = await overdue.addCheck();
        await python.run(SCRIPT, [check.pingUrl + end, command]);
        return await overdue.seen(check);
      });
    }
  }),
};
