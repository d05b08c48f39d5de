import type { Trial } from "../support/try-all.ts";
import { fromPyPi } from "./harness/install.ts";
import { withOverdue } from "./harness/shared.ts";

const SCRIPT = `
import sys
from healthchecks_decorator import healthcheck
url, fails = sys.argv[1:]
@healthcheck(url=url, send_start=True, send_diagnostics=True)
def job():
    if fails == "yes":
        raise ValueError("no space")
    return {"temp": -7, "note": "ü"}
job()
`;

/** PyPI's healthchecks-decorator: what the function returns is the body, as a form. */
export const healthchecksDecorator: Trial = {
  name: "healthchecks-decorator",
  run: withOverdue(async (steps, overdue) => {
    const python = await fromPyPi("healthchecks-decorator==0.5.0");
    steps.version = "0.5.0";
    for (const [step, fails, expected] of [
      ["a function that returns", "no", '0 start, success "temp=-7&note=%C3%BC"; run success'],
      ["a function that raises", "yes", "1 start, fail; run fail"],
    ] as const) {
      await steps.step(step, expected, async () => {
        const check = await overdue.addCheck();
        const { code } = await python.run(SCRIPT, [check.pingUrl, fails]);
        return `${code} ${await overdue.seen(check)}`;
      });
    }
  }),
};
