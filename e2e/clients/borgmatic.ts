import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Steps } from "../support/steps.ts";
import type { Trial } from "../support/try-all.ts";
import { fromPyPi } from "./harness/install.ts";
import type { Overdue } from "./harness/overdue.ts";
import { withOverdue } from "./harness/shared.ts";
import { run } from "./harness/run.ts";

/** Replaces Borg: `create` prints lines and ends with `code`, all other commands succeed. */
const borg = (code: number, lines: number) => `#!/bin/sh
case "$*" in
  *--version*) echo "borg 1.4.3" ;;
  *" create "*|create*) seq -f "%g: a file in the backup" ${lines} >&2; exit ${code} ;;
  *) echo "{}" ;;
esac
`;

async function backUp(
  overdue: Overdue,
  bin: string,
  {
    pingUrl,
    code = 0,
    lines = 3,
    hook = "healthchecks",
    settings = "",
  }: { pingUrl: string; code?: number; lines?: number; hook?: string; settings?: string },
) {
  const home = await overdue.folder();
  const [tool, file, source] = [join(home, "borg"), join(home, "config.yaml"), join(home, "source")];
  await mkdir(source);
  await writeFile(tool, borg(code, lines));
  await chmod(tool, 0o755);
  await writeFile(
    file,
    `source_directories: [${source}]
repositories: [{path: ${join(home, "repository")}}]
local_path: ${tool}
user_runtime_directory: ${home}
user_state_directory: ${home}
${hook === "healthchecks" ? `healthchecks:\n  ping_url: ${pingUrl}\n  send_logs: true` : `${hook}: ${pingUrl}`}
${settings}`,
  );
  return await run(
    join(bin, "borgmatic"),
    ["--config", file, "--verbosity", "2", "--monitoring-verbosity", "2", "create"],
    {
      env: { HOME: home, ...overdue.asHealthchecks },
    },
  );
}

/** One before and one after the hook was rewritten. */
const VERSIONS = ["2.1.10", "1.9.14"];

export const borgmatics: Trial[] = VERSIONS.map((version) => ({
  name: "borgmatic",
  run: withOverdue(async (steps, overdue) => {
    const { bin } = await fromPyPi(`borgmatic==${version}`);
    steps.version = version;
    await steps.step(
      "a backup that ends well",
      /^0 start, log \(\d+ bytes\), success \(\d+ bytes\); run success$/,
      async () => {
        const check = await overdue.addCheck();
        const { code } = await backUp(overdue, bin, { pingUrl: check.pingUrl });
        return `${code} ${await overdue.seen(check)}`;
      },
    );
    await steps.step(
      "one that fails",
      /^1 start, log \(\d+ bytes\), fail \(\d+ bytes\); run fail$/,
      async () => {
        const check = await overdue.addCheck();
        const { code } = await backUp(overdue, bin, { pingUrl: check.pingUrl, code: 2 });
        return `${code} ${await overdue.seen(check)}`;
      },
    );
    await steps.step(
      "a bare UUID (hc-ping.com), with a log that it cuts at 100,000 bytes",
      /^0 start, .*success \((99[89]\d\d|9999\d|100000) bytes\)/,
      async () => {
        const check = await overdue.addCheck();
        const { code } = await backUp(overdue, bin, { pingUrl: check.uuid, lines: 9_000 });
        return `${code} ${await overdue.seen(check)}`;
      },
    );
    await steps.step("create_slug makes the check", /^0 start, .*success.*run success$/, async () => {
      const slug = `borgmatic-${version.replaceAll(".", "-")}`;
      const pingUrl = `${overdue.origin}/ping/${overdue.keys.ping}/${slug}`;
      const { code } = await backUp(overdue, bin, { pingUrl, settings: "  create_slug: true\n" });
      return `${code} ${await overdue.seen(await overdue.checkNamed(slug))}`;
    });
    await tryOtherHooks(steps, overdue, { bin, version });
    await steps.step("an unknown UUID is a warning, the backup goes on", /^0 .*404/, async () => {
      const pingUrl = `${overdue.origin}/ping/00000000-0000-4000-8000-000000000000`;
      const { code, out, err } = await backUp(overdue, bin, { pingUrl });
      return `${code} ${(out + err).split("\n").find((line) => line.includes("404")) ?? "no warning"}`;
    });
  }),
}));

/** The hooks of borgmatic for other monitors. */
async function tryOtherHooks(
  steps: Steps,
  overdue: Overdue,
  { bin, version }: { bin: string; version: string },
): Promise<void> {
  const hooks: Record<string, (check: { uuid: string }, slug: string) => string> = {
    "cronitor:\n  ping_url": ({ uuid }) => `${overdue.origin}/ping/${uuid}`,
    ...(version.startsWith("2") && {
      "uptime_kuma:\n  push_url": ({ uuid }) => `${overdue.origin}/api/push/${uuid}`,
      "sentry:\n  monitor_slug: SLUG\n  data_source_name_url": () =>
        `http://${overdue.keys.ping}@${overdue.address}/1`,
    }),
  };
  for (const [hook, urlOf] of Object.entries(hooks)) {
    const [name = ""] = hook.split(":");
    await steps.step(
      `as ${name}: a backup that ends well, and one that fails`,
      /^0 1 start, success( "finish")?, start, fail( "fail")?; run success; run fail$/,
      async () => {
        const slug = `${name.replaceAll("_", "-")}-${version.replaceAll(".", "-")}`;
        const { check } = await overdue.addSlug(slug);
        const how = { pingUrl: urlOf(check, slug), hook: hook.replace("SLUG", slug) };
        const codes = [await backUp(overdue, bin, how), await backUp(overdue, bin, { ...how, code: 2 })];
        return `${codes.map(({ code }) => code).join(" ")} ${await overdue.seen(check)}`;
      },
    );
  }
}
