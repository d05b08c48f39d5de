import type { Trial } from "../support/try-all.ts";
import { fromPyPi } from "./harness/install.ts";
import { withOverdue } from "./harness/shared.ts";

const SCRIPT = `
import sys
from health_ping import HealthPing
for options in ({"body": None}, {"method": "POST", "body": b"all is well"}):
    ping = HealthPing(url=sys.argv[1], **options)
    ping.fire()
    print(ping.result.data)
`;

/** PyPI's health-ping. */
export const healthPing: Trial = {
  name: "health-ping",
  run: withOverdue(async (steps, overdue) => {
    const python = await fromPyPi("health-ping==1.0.1");
    steps.version = "1.0.1";
    await steps.step("GET, then POST with a body", 'OK OK success, success "all is well"', async () => {
      const check = await overdue.addCheck();
      const { out, err } = await python.run(SCRIPT, [check.pingUrl]);
      return `${out.trim().split("\n").join(" ") || err.slice(-200)} ${await overdue.seen(check)}`;
    });
  }),
};
