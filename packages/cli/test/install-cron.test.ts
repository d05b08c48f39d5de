import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, describe, expect, test } from "vitest";

import { cleanUp, isEnd, overdue, pingServer, place, type Place } from "./command.ts";

afterAll(cleanUp);

/** Comments, variables, percent signs, Latin-1, a line of another monitor, one that nobody can read, odd blanks. */
const CRONTAB = Buffer.from(
  [
    "# m h dom mon dow command \u00e9",
    "MAILTO=ops@example.org",
    "",
    "0 2 * * *\t/opt/backup --all  ",
    String.raw`30 4 * * 0 tar czf "/b/$(date +\%F).tgz" 'it''s'  # weekly`,
    "0 3 * * * mail -s hi ops%Hello%there",
    "0 5 * * * /opt/old && curl https://hc-ping.com/5f0e6a30-1111-4222-8333-444455556666",
    "@reboot /opt/at-boot",
    "",
  ].join("\n"),
  "latin1",
);

function file(here: Place, name: string, content: Buffer | string): string {
  const path = join(here.state, name);
  writeFileSync(path, content);
  chmodSync(path, 0o640);
  return path;
}

const cron = (here: Place, ...words: string[]) => overdue(here, ["cron", ...words]).ended;

describe.concurrent("overdue cron", () => {
  test("lines are wrapped after a diff, the rest stays byte for byte, a second time changes nothing, and uninstall restores it all", async ({
    expect,
  }) => {
    const here = place();
    const path = file(here, "tab", CRONTAB);
    const first = await cron(here, "install", path, "--all", "--yes", "--prefix", "web1-");
    expect(first).toMatchObject({ status: 0, stderr: "" });
    const said = first.stdout.toString();
    expect(said).toContain("@@ line 4 @@\n-0 2 * * *\t/opt/backup --all  \n+0 2 * * *\t");
    expect(said).toContain(
      "# Line 7 is left alone: it reports to hc-ping.com: name it by --line to have both.",
    );
    expect(said).toContain("# Line 8 is left alone: it runs when the machine starts");
    expect(said).toContain(`Done: 3 lines of ${path} changed.`);
    const lines = readFileSync(path, "latin1").split("\n");
    const before = CRONTAB.toString("latin1").split("\n");
    expect(lines.filter((line, i) => line !== before[i])).toHaveLength(3);
    expect(lines[3]).toMatch(
      /^0 2 \* \* \*\t\S+ \S+overdue\.cjs run --check web1-backup -- \/opt\/backup --all {2}$/,
    );
    expect(statSync(path).mode & 0o777).toBe(0o640);

    const second = await cron(here, "install", path, "--all", "--yes", "--prefix", "web1-");
    expect(second.stdout.toString()).toContain("Nothing was changed.\n");
    expect(readFileSync(path, "latin1").split("\n")).toEqual(lines);
    expect(await cron(here, "uninstall", path, "--yes")).toMatchObject({ status: 0 });
    expect(readFileSync(path).equals(CRONTAB)).toBe(true);
  });

  test("a line of /etc/cron.d keeps its user, and --line with --check chooses one", async ({ expect }) => {
    const here = place();
    const text = "SHELL=/bin/bash\n1 1 * * * root /opt/a\n2 2 * * * www-data cd /x && ./b\n";
    const path = file(here, "jobs", text);
    const words = ["install", path, "--user-column", "--line", "3", "--check", "shop", "--create", "--yes"];
    expect(await cron(here, ...words)).toMatchObject({ status: 0 });
    const lines = readFileSync(path, "utf8").split("\n");
    expect(lines[1]).toBe("1 1 * * * root /opt/a");
    expect(lines[2]).toMatch(
      /^2 2 \* \* \* www-data \S+ \S+ run --check shop --create -- \/bin\/bash -c 'cd \/x && \.\/b'$/,
    );
    await cron(here, "uninstall", path, "--user-column", "--yes");
    expect(readFileSync(path, "utf8")).toBe(text);
  });

  test.each([
    ["a file whose last line has no line break", "0 2 * * * /opt/a\n0 3 * * * /opt/b"],
    ["lines that end as on Windows", "0 2 * * * /opt/a\r\n0 3 * * * /opt/b\r\n"],
    ["a line that cron cannot read", "0 2 * * * /opt/a\n99 99 * * * /opt/b\n"],
    ["a shell with other quotes", "SHELL=/usr/bin/fish\n0 2 * * * /opt/a\n"],
  ])("%s is shown and left alone", async (_, text) => {
    const here = place();
    const path = file(here, "tab", text);
    const { status, stdout } = await cron(here, "install", path, "--all", "--yes");
    expect({ status, said: stdout.toString() }).toEqual({
      status: 0,
      said: expect.stringMatching(/^(?:# Line \d is left alone: .*\n# {3}.*\n)+Nothing was changed\.\n$/),
    });
    expect(readFileSync(path, "utf8")).toBe(text);
  });

  test("without --yes and without a terminal nothing is changed, nor by --dry-run", async ({ expect }) => {
    const here = place();
    const path = file(here, "tab", "0 2 * * * /opt/a\n");
    const asked = await cron(here, "install", path, "--all");
    expect(asked).toMatchObject({ status: 1 });
    expect(asked.stderr).toBe(
      "overdue: Nothing was changed: there is no terminal to ask at. --yes makes the changes above.\n",
    );
    expect(await cron(here, "install", path, "--all", "--dry-run")).toMatchObject({ status: 0 });
    expect(readFileSync(path, "utf8")).toBe("0 2 * * * /opt/a\n");
  });

  test("a user's crontab is read and written by crontab(1), which only keeps it as it was given", async ({
    expect,
  }) => {
    const here = place();
    const path = file(here, "tab", CRONTAB);
    const program = file(
      here,
      "crontab",
      `#!/bin/sh\ncase $1 in -l) cat ${path};; -) cat > ${path};; esac\n`,
    );
    chmodSync(program, 0o755);
    const env = { ...here.env, PATH: `${here.state}:/usr/bin:/bin` };
    const run = (...words: string[]) => overdue({ env }, ["cron", ...words]).ended;
    expect(await run("install", "--line", "4", "--yes")).toMatchObject({ status: 0, stderr: "" });
    expect(readFileSync(path, "latin1")).toContain("run --check ");
    expect(await run("uninstall", "--yes")).toMatchObject({ status: 0 });
    expect(readFileSync(path).equals(CRONTAB)).toBe(true);
  });

  test("what cron gives the shell runs as before, with its quotes, percent signs and input, and is reported", async ({
    expect,
  }) => {
    const server = await pingServer();
    const here = place();
    const line = String.raw`0 2 * * * printf '\%s|' "it's" $((1+1)) 'a b' "$(cat)"; exit 3%one%two`;
    const path = file(here, "tab", `${line}\n`);
    const words = ["install", path, "--line", "1", "--check", server.url, "--yes"];
    expect(await cron(here, ...words)).toMatchObject({ status: 0 });
    const wrapped = readFileSync(path, "utf8").trimEnd().split(" ").slice(5).join(" ");
    // As cron does: the command ends at the first bare percent sign, and what follows is its input.
    const [, command = "", input = ""] = /^((?:\\.|[^%\\])*)%(.*)$/s.exec(wrapped) ?? [];
    const script = file(here, "script", command.replaceAll(String.raw`\%`, "%"));
    file(here, "input", input.replaceAll("%", "\n"));
    const before = ["sh", "-c", `cd ${here.state} && exec sh ${script} < input`];
    const { status, stdout } = await overdue(here, [], { before }).ended;
    expect({ status, stdout: stdout.toString() }).toEqual({ status: 3, stdout: "it's|2|a b|one\ntwo|" });
    expect(await server.ping(isEnd)).toMatchObject({ action: "3" });
  });
});

test.each([
  [["cron"], "Say install or uninstall: overdue cron install --line 3"],
  [["cron", "install", "/no/such"], "/no/such cannot be read."],
  [["cron", "install", "--check", "x", "--all"], "--check is for one line: name it by --line."],
  [["cron", "install", "--line", "x"], "--line must be the number of a line, from 1 on."],
])("%j is refused in a sentence, with status 2", async (words, sentence) => {
  expect(await overdue(place(), words).ended).toMatchObject({ status: 2, stderr: `overdue: ${sentence}\n` });
});
