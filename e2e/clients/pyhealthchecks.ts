import type { Trial } from "../support/try-all.ts";
import { fromPyPi } from "./harness/install.ts";
import { withOverdue } from "./harness/shared.ts";

const SCRIPT = `
import asyncio, sys
import aiohttp
from pyhealthchecks.pyhealthchecks import HealthChecks
async def main():
    async with aiohttp.ClientSession() as session:
        client = HealthChecks(loop=asyncio.get_running_loop(), ping_url=sys.argv[1], session=session)
        print(await client.update_connection())
asyncio.run(main())
`;

/** PyPI's pyhealthchecks. Own fault: it requires no version of async-timeout, but fails with 4.0 and newer. */
export const pyhealthchecks: Trial = {
  name: "pyhealthchecks",
  run: withOverdue(async (steps, overdue) => {
    const python = await fromPyPi("pyhealthchecks==0.3", "aiohttp==3.14.5", "async-timeout==3.0.1");
    steps.version = "0.3";
    await steps.step("with async-timeout 3", "True success", async () => {
      const check = await overdue.addCheck();
      const { out, err } = await python.run(SCRIPT, [check.pingUrl]);
      return `${out.trim() || err.slice(-200)} ${await overdue.seen(check)}`;
    });
  }),
};
