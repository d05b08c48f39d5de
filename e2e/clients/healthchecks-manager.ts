import type { Trial } from "../support/try-all.ts";
import { fromPyPi } from "./harness/install.ts";
import { withOverdue } from "./harness/shared.ts";

const SCRIPT = `
import sys
from healthchecks_manager import healthchecks_api_wrapper as api
api.API_URL_BASE, api.API_key = sys.argv[1] + "/api/v1", sys.argv[2]
made = api.create_check("managed", {"name": "managed", "channels": eval(sys.argv[3])})
print(made["name"], "managed" in [check["name"] for check in api.get_checks()], len(api.get_channels()) >= 0)
`;

/** PyPI's healthchecks-manager. */
export const healthchecksManager: Trial = {
  name: "healthchecks-manager",
  run: withOverdue(async (steps, overdue) => {
    const python = await fromPyPi("healthchecks-manager==0.1.4");
    steps.version = "0.1.4";
    const drive = async (channels: string) => {
      const { out, err } = await python.run(SCRIPT, [overdue.origin, overdue.keys.write, channels]);
      return out.trim() || (err.trim().split("\n").at(-1) ?? "");
    };
    await steps.step("creates and lists", "managed True True", () => drive('"*"'));
    await steps.step(
      'own fault: its default channels are a list, ["*"], which Healthchecks refuses too',
      /400 Client Error/,
      () => drive('["*"]'),
    );
  }),
};
