import { resolve } from "node:path";

import { type Overdue, startOverdue } from "../clients/harness/overdue.ts";
import type { Steps } from "../support/steps.ts";
import { type Trial, tryAll } from "../support/try-all.ts";
import { bootMachine, type SentPing } from "./machine.ts";

// npm run test:systemd -- DIR: units under a real systemd, in the machine that e2e/systemd/build.sh DIR has got.
const folder = process.argv[2];
if (folder === undefined) {
  process.stderr.write("Give the folder into which e2e/systemd/build.sh has put the machine.\n");
  process.exit(2);
}

/** The pings that each check must have got, as `action systemd's result "end of the body"`. */
const EXPECTED: readonly (readonly [check: string, pings: RegExp])[] = [
  ["web1-memory", /^137 oom-kill group "systemd says oom-kill\."$/],
  ["web1-long", /^start; 0 success/],
  ["web1-strict", /^3 exit-code "systemd says exit-code\."$/],
  ["web1-by-timer", /^4 exit-code/],
  ["web1-restarts", /^5 exit-code "[^;]*; 5 exit-code "[^;]*; 5 exit-code "[^;]*$/],
  ["web1-watchdog", /^134 watchdog/],
  ["web1-server", /^0 "The service was started\."; log success "The service was stopped\."$/],
  ["web1-needs", /^fail "It was not started: a unit that it needs failed, or its start was given up\."$/],
  ["web1-limit", /^143 timeout/],
  ["web1-stays", /^0$/],
  ["web1-condition", /^log exec-condition "It was skipped/],
  ["web1-root", /^0 success/],
  ["web1-root-fails", /^1 exit-code/],
  ["web1-no-user", /^217 exit-code/],
  ["web1-own", /^(?:start; )?6 exit-code/],
  ["wrapped", /^(?:start; )?137 group$/],
];

function pingTexts(pings: readonly SentPing[], check: string): string {
  return pings
    .filter(({ url }) => url.split(/[/?]/)[3] === check)
    .map((ping) => {
      const facts = JSON.parse(ping.facts ?? "{}") as Record<string, string>;
      const last = Buffer.from(ping.body, "base64").toString().trimEnd().split("\n").at(-1) ?? "";
      const action = /^\/ping\/key\/[^/?]+\/([^?]+)/.exec(ping.url)?.[1] ?? "success";
      return [action, facts["systemdResult"], facts["oomKill"], last === "" ? null : `"${last}"`]
        .filter(Boolean)
        .join(" ");
    })
    .join("; ");
}

type Incident = { id: string };
type IncidentDetail = { exitMeaning: { title: string } | null };

/** Sends a check's pings to the real product, and gives what its incident says. */
async function incidentOf(overdue: Overdue, pings: readonly SentPing[], check: string): Promise<string> {
  await overdue.addSlug(check);
  for (const { url, facts, body } of pings.filter((ping) => ping.url.split(/[/?]/)[3] === check))
    await fetch(`${overdue.origin}${url.replace("/ping/key/", `/ping/${overdue.keys.ping}/`)}`, {
      method: "POST",
      body: Buffer.from(body, "base64"),
      headers: facts === null ? {} : { "Overdue-Facts": facts },
    });
  const headers = { "x-api-key": overdue.keys.read };
  const { items } = (await (await fetch(`${overdue.projectUrl}/incidents`, { headers })).json()) as {
    items: Incident[];
  };
  if (items[0] === undefined) return "no incident";
  // The list does not say what the end of the run means.
  const { exitMeaning } = (await (
    await fetch(`${overdue.projectUrl}/incidents/${items[0].id}`, { headers })
  ).json()) as IncidentDetail;
  return `${exitMeaning?.title}`;
}

async function tryUnits(steps: Steps, overdue: Overdue): Promise<void> {
  const { pings, read } = await bootMachine(resolve(folder ?? ""));
  steps.version = (await read("version.txt")).trim();
  if (steps.version === "")
    throw new Error(`The machine did not boot: ${(await read("out.txt")).slice(-300)}`);
  for (const [check, expected] of EXPECTED)
    await steps.step(check, expected, async () => pingTexts(pings, check));
  const well = pings.filter(({ url }) => url.split(/[/?]/)[3] === "web1-well");
  await steps.step(
    "an end that waited while the clock was set a day back keeps its age",
    "2 ends, second 10-300 s",
    async () => {
      const ends = well.filter(({ url }) => url.includes("/web1-well/0"));
      const age = Number(new URL(ends[1]?.url ?? "", "http://x").searchParams.get("age") ?? 0);
      return `${ends.length} ends, second ${age >= 10 && age <= 300 ? "10-300" : age} s`;
    },
  );
  await steps.step(
    "what was kept while the server was away",
    /web1-well ended with status 0.*1 delivered/s,
    () => read("spool.txt"),
  );
  await steps.step("a user's own unit is made to report", /Done: own\.service will report/, () =>
    read("install-user.txt"),
  );
  await steps.step("a second install", "Everything is as it should be: nothing was changed.\n", () =>
    read("again.txt"),
  );
  await steps.step("uninstall restores every file", "same\n", () => read("restored.txt"));
  await steps.step("nothing is left", "/run/overdue/units:\n\n/var/lib/overdue/spool:\n", () =>
    read("left.txt"),
  );
  await steps.step("the incident says what killed the unit", "killed: out of memory", () =>
    incidentOf(overdue, pings, "web1-memory"),
  );
}

const systemdTrial: Trial = {
  name: "systemd",
  run: async (steps) => {
    const overdue = await startOverdue();
    try {
      await tryUnits(steps, overdue);
    } finally {
      await overdue.stop();
    }
  },
};

process.exit((await tryAll("machine", [systemdTrial])) === 0 ? 0 : 1);
