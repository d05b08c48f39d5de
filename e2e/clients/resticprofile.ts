import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Trial } from "../support/try-all.ts";
import { fromGo } from "./harness/install.ts";
import { withOverdue } from "./harness/shared.ts";
import { run } from "./harness/run.ts";

/** Replaces restic. */
const restic = (code: number) => `#!/bin/sh
case "$*" in
  *version*) echo "restic 0.18.0 compiled with go1.24 on linux/amd64" ;;
  *) echo "no space left" >&2; exit ${code} ;;
esac
`;

/** The send-… hooks of resticprofile, with a replacement of restic. */
export const resticprofile: Trial = {
  name: "resticprofile",
  run: withOverdue(async (steps, overdue) => {
    const program = await fromGo("github.com/creativeprojects/resticprofile@v0.33.1");
    steps.version = "v0.33.1";
    for (const [step, code, seen] of [
      ["a backup that ends well", 0, /^0 start, success; run success$/],
      ["one that fails", 1, /^1 start, fail .*no space left.*; run fail$/],
    ] as const) {
      await steps.step(step, seen, async () => {
        const [home, check] = [await overdue.folder(), await overdue.addCheck()];
        const tool = join(home, "restic");
        await writeFile(tool, restic(code));
        await chmod(tool, 0o755);
        const config = `
version: "1"
global: {restic-binary: ${tool}, min-memory: 0}
default:
  repository: "local:${join(home, "repository")}"
  password-file: ${tool}
  backup:
    source: [${home}]
    send-before: {method: HEAD, url: "${check.pingUrl}/start"}
    send-after: {method: HEAD, url: "${check.pingUrl}"}
    send-after-fail: {method: POST, url: "${check.pingUrl}/fail", body: "\${ERROR_STDERR}"}
`;
        await writeFile(join(home, "profiles.yaml"), config);
        const ended = await run(program, ["backup"], { cwd: home, env: { HOME: home } });
        return `${ended.code} ${await overdue.seen(check)}`;
      });
    }
  }),
};
