import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, describe, expect, test } from "vitest";

import { cleanUp, overdue, place, type Place } from "./command.ts";

afterAll(cleanUp);

const UNITS = "etc/systemd/system";

/** The files of a machine with these units, below a folder. What systemd makes of them: npm run test:systemd. */
function machine(here: Place, units: Record<string, string>): string {
  const root = join(here.state, "root");
  mkdirSync(join(root, UNITS), { recursive: true });
  for (const [name, text] of Object.entries(units)) writeFileSync(join(root, UNITS, name), text);
  return root;
}

const ONESHOT = "[Service]\nType=oneshot\nExecStart=/opt/backup\n";

function systemd(here: Place, root: string, ...words: string[]) {
  return overdue(here, ["systemd", ...words, "--root", root]).ended;
}

/** Every file below a folder with its content. */
function contents(root: string): Record<string, string> {
  const paths = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    paths.map(({ parentPath, name }) => [
      join(parentPath, name),
      readFileSync(join(parentPath, name), "utf8"),
    ]),
  );
}

describe.concurrent("overdue systemd", () => {
  test("a drop-in is written after a diff, a second time changes nothing, and uninstall leaves the folder as it was", async ({
    expect,
  }) => {
    const here = place();
    const root = machine(here, { "backup.service": ONESHOT, "backup.timer": "[Timer]\nOnCalendar=daily\n" });
    const before = contents(root);
    const words = ["install", "backup.timer", "--check", "nightly", "--create", "--yes"];
    const first = await systemd(here, root, ...words);
    expect(first).toMatchObject({ status: 0, stderr: "" });
    expect(first.stdout.toString()).toMatch(/^# backup\.service reports to nightly\.\n/);
    expect(first.stdout.toString()).toContain(
      `+++ ${join(root, UNITS, "backup.service.d/50-overdue.conf")}\n`,
    );
    const after = contents(root);
    expect(
      Object.keys(after)
        .map((path) => path.slice(root.length + UNITS.length + 2))
        .toSorted(),
    ).toEqual([
      "backup.service",
      "backup.service.d/50-overdue.conf",
      "backup.timer",
      "overdue-failed@.service",
      "overdue-report.path",
      "overdue-report.service",
      "overdue-succeeded@.service",
    ]);
    expect(after[join(root, UNITS, "backup.service.d/50-overdue.conf")]).toContain(
      "[X-Overdue]\nCheck=nightly\nCreate=yes\nRole=job\n",
    );
    const second = await systemd(here, root, ...words);
    expect(second.stdout.toString()).toContain("Everything is as it should be: nothing was changed.\n");
    expect(contents(root)).toEqual(after);
    expect(await systemd(here, root, "uninstall", "backup", "--yes")).toMatchObject({ status: 0 });
    expect(contents(root)).toEqual(before);
    expect(readdirSync(join(root, UNITS)).toSorted()).toEqual(["backup.service", "backup.timer"]);
  });

  test("what all reports share stays until the last unit is gone", async ({ expect }) => {
    const here = place();
    const root = machine(here, { "a.service": ONESHOT, "b.service": ONESHOT });
    await systemd(here, root, "install", "a", "b", "--yes");
    await systemd(here, root, "uninstall", "a", "--yes");
    expect(readdirSync(join(root, UNITS))).toContain("overdue-report.path");
    await systemd(here, root, "uninstall", "--yes");
    expect(readdirSync(join(root, UNITS)).toSorted()).toEqual(["a.service", "b.service"]);
  });

  test("without --yes and without a terminal nothing is written, nor by --dry-run", async ({ expect }) => {
    const here = place();
    const root = machine(here, { "a.service": ONESHOT });
    const copy = join(here.state, "copy");
    cpSync(root, copy, { recursive: true });
    expect(await systemd(here, root, "install", "a")).toMatchObject({ status: 1 });
    expect(await systemd(here, root, "install", "a", "--dry-run")).toMatchObject({ status: 0 });
    expect(Object.values(contents(root))).toEqual(Object.values(contents(copy)));
  });

  test.each([
    [
      "Type=notify\nRestart=always",
      /It is no job that ends.*\n.*systemd starts it again by itself \(Restart=always\)/,
    ],
    ["Type=oneshot\nRootDirectory=/srv", /Its commands see another root/],
    ["Type=oneshot\nPrivateNetwork=yes\nDynamicUser=yes", /PrivateNetwork=, DynamicUser=: does not hinder/],
    ["Type=oneshot\nExecStopPost=/usr/bin/curl https://hc-ping.com/x", /It reports to hc-ping\.com too\./],
  ])("a unit with %j gets a sentence about it", async (settings, sentence) => {
    const here = place();
    const root = machine(here, { "a.service": `[Service]\n${settings}\nExecStart=/opt/a\n` });
    const { stdout } = await systemd(here, root, "install", "a", "--dry-run");
    expect(stdout.toString()).toMatch(sentence);
  });

  test.each([
    [["missing"], "There is no unit missing.service here: systemctl list-units shows all."],
    [["x@"], "x@.service is a template: name an instance, as x@NAME.service."],
    [["a.socket"], "a.socket runs no command: name a service, or the timer of one."],
    [["wrapped"], "wrapped.service reports already: it runs its command by overdue run."],
    [
      ["a", "wrapped", "--check", "x"],
      "--check is for one unit: two that share a check hide each other's failures.",
    ],
    [[], "Name the units that are to report."],
  ])("install %j is refused in a sentence", async (words, sentence) => {
    const here = place();
    const wrapped = "[Service]\nExecStart=/usr/bin/overdue run --check x -- /opt/a\n";
    const root = machine(here, { "a.service": ONESHOT, "wrapped.service": wrapped, "x@.service": ONESHOT });
    expect(await systemd(here, root, "install", ...words)).toMatchObject({
      status: 2,
      stderr: `overdue: ${sentence}\n`,
    });
  });
});
