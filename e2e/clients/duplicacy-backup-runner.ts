import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Trial } from "../support/try-all.ts";
import { fromPyPi } from "./harness/install.ts";
import { withOverdue } from "./harness/shared.ts";
import { run } from "./harness/run.ts";

/** PyPI's duplicacy-backup-runner, which pings only hc-ping.com. Here it fails before it would start Duplicacy. */
export const duplicacyBackupRunner: Trial = {
  name: "duplicacy-backup-runner",
  run: withOverdue(async (steps, overdue) => {
    const python = await fromPyPi("duplicacy-backup-runner==3.3.0");
    steps.version = "3.3.0";
    await steps.step(
      "a log that comes after the failure, with its run id, opens no other run",
      /^1 start ".*", fail .*does not exist.*, log .*; run fail$/,
      async () => {
        const [home, check] = [await overdue.folder(), await overdue.addCheck()];
        const [config, tool] = [join(home, "config.yaml"), join(home, "bin/duplicacy")];
        await mkdir(join(home, "bin"));
        await writeFile(tool, "");
        await writeFile(
          config,
          `healthchecks_uuid: ${check.uuid}
duplicacy_basedir: ${home}
backup_directories: [${join(home, "gone")}]
lock_file: ${join(home, "lock")}
internet_check_attempts: 1
internet_check_delay: 0
internet_check_url: ${overdue.origin}
`,
        );
        const { code } = await run(join(python.bin, "duplicacy-backup-runner"), ["--config", config], {
          env: { ...overdue.asHealthchecks, HOME: home },
        });
        return `${code} ${await overdue.seen(check)}`;
      },
    );
  }),
};
