import { join } from "node:path";

import type { Trial } from "../support/try-all.ts";
import { fromPyPi } from "./harness/install.ts";
import { withOverdue } from "./harness/shared.ts";
import { run } from "./harness/run.ts";

/** PyPI's hchk of 2016, which requests only healthchecks.io. */
export const hchk: Trial = {
  name: "hchk",
  run: withOverdue(async (steps, overdue) => {
    const python = await fromPyPi("hchk==0.1.4", "setuptools==65.5.0");
    steps.version = "0.1.4";
    const home = await overdue.folder();
    const env = { ...overdue.asHealthchecks, HOME: home };
    const command = (...args: string[]) => run(join(python.bin, "hchk"), args, { env });
    await steps.step("setkey", "0", async () => String((await command("setkey", overdue.keys.write)).code));
    await steps.step(
      "the first ping makes the check, the second finds it",
      "0 0 success, success",
      async () => {
        const ping = () => command("ping", "-n", "made by hchk", "-t", "old", "-p", "3600", "-g", "600");
        const codes = [(await ping()).code, (await ping()).code];
        return `${codes.join(" ")} ${await overdue.seen(await overdue.checkNamed("made by hchk"))}`;
      },
    );
    await steps.step(
      "own fault: it creates a deleted check again only after a 400, but Healthchecks answers 404",
      /Received HTTP status 404.*Exceeded max retries/s,
      async () => {
        const { uuid } = await overdue.checkNamed("made by hchk");
        const headers = { "x-api-key": overdue.keys.write };
        await fetch(`${overdue.origin}/api/v3/checks/${uuid}`, { method: "DELETE", headers });
        return (await command("ping", "-n", "made by hchk", "-t", "old", "-p", "3600", "-g", "600")).err;
      },
    );
  }),
};
