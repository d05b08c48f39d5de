import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Trial } from "../support/try-all.ts";
import { fromPyPi } from "./harness/install.ts";
import { withOverdue } from "./harness/shared.ts";

/** Makes sch2 read our crontab instead of this machine's. */
const SCRIPT = `
import sys
from types import SimpleNamespace
from crontab import CronTab
from sch import sch
command, tab = sys.argv[1:]
sch.CronTabs = lambda: SimpleNamespace(all=CronTab(tabfile=tab, user=False))
sch.shell(command)
`;

/** PyPI's sch2: a shell for cron, which creates a check for each line that it runs. */
export const sch2: Trial = {
  name: "sch2",
  run: withOverdue(async (steps, overdue) => {
    const python = await fromPyPi("sch2==0.0.2", "tzlocal==2.1");
    steps.version = "0.0.2";
    const home = await overdue.folder();
    const [tab, settings] = [join(home, "tab"), join(home, ".sch.conf")];
    const command = "env JOB_ID=backup JOB_TAGS=db,nightly sh -c 'echo out; exit 0'";
    const failing = "env JOB_ID=broken sh -c 'echo no space; exit 3'";
    await writeFile(tab, `30 2 * * * ${command} # The nightly backup\n45 2 * * * ${failing} # Broken\n`);
    await writeFile(
      settings,
      `[hc]\nhealthchecks_api_url = ${overdue.origin}/api/v1/\nhealthchecks_api_key = ${overdue.keys.write}\n`,
    );
    const drive = async (line: string) => {
      const options = { env: { HOME: home, LOGNAME: "root", TZ: "Europe/Berlin" }, cwd: home };
      const { code, err } = await python.run(SCRIPT, [line, tab], options);
      return code === 0 ? "" : `${code} ${err.slice(-300)} `;
    };
    await steps.step("a new line makes its check", "start, success; run success", async () => {
      const failure = await drive(command);
      return failure + (await overdue.seen(await overdue.checkNamed("backup")));
    });
    await steps.step(
      "its schedule comes from the line",
      /"timezone":"Europe\/Berlin".*"expression":"30 2 \* \* \*"/,
      async () => overdue.field(await overdue.checkNamed("backup"), "schedule"),
    );
    await steps.step("a second run finds the check", /^start, success, start, success;/, async () => {
      await drive(command);
      return await overdue.seen(await overdue.checkNamed("backup"));
    });
    await steps.step("a line that fails", /^start, fail \(\d+ bytes\); run fail$/, async () => {
      const failure = await drive(failing);
      return failure + (await overdue.seen(await overdue.checkNamed("broken")));
    });
  }),
};
