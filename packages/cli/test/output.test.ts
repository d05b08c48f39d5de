import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, describe, test } from "vitest";

import { builtCommand, cleanUp, isEnd, NODE, overdue, pingServer, place } from "./command.ts";

afterAll(cleanUp);

const isRoot = process.getuid?.() === 0;

describe.concurrent("what a job writes", () => {
  test("lines of both outputs that lead to one place stay in their order, and arrive in it", async ({
    expect,
  }) => {
    const server = await pingServer();
    const before = ["sh", "-c", '"$@" 2>&1', "sh"];
    const job = "for i in 1 2 3 4 5 6 7 8 9; do echo out $i; echo err $i >&2; done";
    const words = ["run", "--check", server.url, "--", "sh", "-c", job];
    const { stdout } = await overdue(place(), words, { before }).ended;
    const lines = Array.from({ length: 9 }, (_, i) => `out ${i + 1}\nerr ${i + 1}\n`).join("");
    expect(stdout.toString()).toBe(lines);
    expect((await server.ping(isEnd)).body).toBe(lines);
  });

  test("at a terminal the job has the terminal itself, what is said of it is said there, and nothing of its output is sent", async ({
    expect,
  }) => {
    const server = await pingServer();
    const job = "test -t 1 && test -t 2 && echo coloured; exit 3";
    const line = [NODE, builtCommand(), "run", "--check", server.url, "--", "sh", "-c", `'${job}'`];
    const before = ["sh", "-c", 'exec script -qec "$1" /dev/null', "sh", line.join(" ")];
    const { status, stdout } = await overdue(place(), [], { before }).ended;
    expect(status).toBe(3);
    const seen = stdout.toString();
    expect(seen).toContain("coloured");
    expect(seen).toMatch(/overdue: job started as process \d+, run [-0-9a-f]+\r\n/);
    expect(seen).toMatch(/overdue: job failed with status 3 after [\d.]+ s\r\n/);
    // It is a secret.
    expect(seen).not.toContain(server.url);
    expect(await server.ping(isEnd)).toMatchObject({ action: "3", body: "" });
  });

  test("by --output drop nothing is sent, and what the job leaves behind can still write once the wrapper has ended", async ({
    expect,
  }) => {
    const server = await pingServer();
    const here = place();
    const [path, go] = [join(here.state, "said"), join(here.state, "go")];
    const behind = `(until test -e ${go}; do sleep 0.01; done; echo later) & echo now`;
    const before = ["sh", "-c", `"$@" > ${path} 2>&1`, "sh"];
    const words = ["run", "--check", server.url, "--output", "drop", "--", "sh", "-c", behind];
    await overdue(here, words, { before }).ended;
    expect(await server.ping(isEnd)).toMatchObject({ action: "0", body: "" });
    writeFileSync(go, "");
    await expect.poll(() => readFileSync(path, "utf8")).toBe("now\nlater\n");
  });

  test("a crash is reported with its signal, and with where the kernel puts a core", async ({ expect }) => {
    const server = await pingServer();
    const words = ["run", "--check", server.url, "--", "sh", "-c", "kill -SEGV $$"];
    expect(await overdue(place(), words).ended).toMatchObject({ status: 139, signal: null });
    const core = readFileSync("/proc/sys/kernel/core_pattern", "utf8").trim();
    expect((await server.ping(isEnd)).facts).toMatchObject({ signal: "SIGSEGV", core });
  });
});

describe.concurrent("where a job runs", () => {
  test("where nothing can be kept the job runs and is reported, but not with --lock: it might run twice", async ({
    expect,
  }) => {
    const server = await pingServer();
    const here = { env: { ...place().env, OVERDUE_STATE_DIR: "/proc/nowhere" } };
    const words = ["run", "--check", server.url];
    expect(await overdue(here, [...words, "--", "echo", "ran"]).ended).toMatchObject({
      status: 0,
      stderr: "",
    });
    expect(await server.ping(isEnd)).toMatchObject({ action: "0" });
    const locked = await overdue(here, [...words, "--lock", "--", "echo", "ran"]).ended;
    expect(locked).toMatchObject({ status: 1, stdout: Buffer.from("") });
    expect(locked.stderr).toMatch(/^overdue: The lock cannot be made in \/proc\/nowhere.*not run/);
  });

  test.skipIf(!isRoot)(
    "as the first process of a container it passes SIGTERM on, and waits for its report",
    async ({ expect }) => {
      const server = await pingServer();
      const before = ["unshare", "--pid", "--fork", "--mount-proc"];
      const job = "trap 'echo stopping; exit 5' TERM; echo $PPID; while :; do sleep 0.05; done";
      const run = overdue(place(), ["run", "--check", server.url, "--", "sh", "-c", job], { before });
      await run.said("1\n");
      const wrapper = execFileSync("pgrep", ["-P", String(run.child.pid)], { encoding: "utf8" });
      process.kill(Number(wrapper), "SIGTERM");
      expect(await run.ended).toMatchObject({ status: 5, stdout: Buffer.from("1\nstopping\n") });
      // Whatever it leaves behind is killed with it, so that the end is there by now.
      expect(server.received.filter(isEnd)).toMatchObject([{ action: "5", facts: { stoppedBy: "SIGTERM" } }]);
    },
  );

  test("--wait-at-most gives up on a job that goes on, and says that it was skipped", async ({ expect }) => {
    const server = await pingServer();
    const here = place();
    const words = ["run", "--check", server.url, "--lock"];
    const first = overdue(here, [...words, "--", "sh", "-c", "echo up; exec sleep 60"]);
    await first.said("up");
    const waiting = ["--if-running", "wait", "--wait-at-most", "200ms", "--", "echo", "second"];
    expect(await overdue(here, [...words, ...waiting]).ended).toMatchObject({
      status: 75,
      stdout: Buffer.from(""),
    });
    const { facts, body } = await server.ping((ping) => "skipped" in ping.facts);
    expect(body).toMatch(/^Skipped: the job was still running \(pid \d+, since /);
    expect(facts["skipped"]).toContain("the job was still running");
  });
});

describe.concurrent("overdue ping and explain", () => {
  test("a ping that Overdue cannot be reached for is kept and no failure; one that it refuses is one", async ({
    expect,
  }) => {
    const server = await pingServer(503);
    const here = place();
    const send = (...words: string[]) => overdue(here, ["ping", "--check", server.url, ...words]).ended;
    const kept = await send("fail", "--body", "disk full");
    expect(kept.status).toBe(0);
    expect(kept.stderr).toMatch(/could not be pinged now \(status 503: OK\); it is kept and sent later/);
    expect((await overdue(here, ["spool"]).ended).stdout.toString()).toMatch(
      /^job failed, [\d.]+ s ago\n1 wait to be delivered\.\nLast problem: /,
    );
    server.behave(200);
    await overdue(here, ["spool", "--send"]).ended;
    expect(server.received).toMatchObject([{ action: "fail", body: "disk full" }]);
    server.behave(404);
    expect(await send()).toMatchObject({
      status: 1,
      stderr: "overdue: job was not pinged: status 404: OK.\n",
    });
  });

  test("a report that has waited for more than seven days is given up", async ({ expect }) => {
    const server = await pingServer(503);
    const here = place();
    await overdue(here, ["ping", "--check", server.url]).ended;
    const folder = join(here.state, "overdue", "spool");
    mkdirSync(folder, { recursive: true });
    const name = execFileSync("ls", [folder], { encoding: "utf8" }).trim();
    const record = JSON.parse(readFileSync(join(folder, name), "utf8"));
    record.ended.at -= 8 * 86_400_000;
    writeFileSync(join(folder, name), JSON.stringify(record));
    server.behave(200);
    expect((await overdue(here, ["spool", "--send"]).ended).stdout.toString()).toContain("0 delivered");
    expect(server.received).toEqual([]);
  });

  test("explain says in words what a schedule means, and when it is due", async ({ expect }) => {
    const { status, stdout } = await overdue(place(), ["explain", "0 2 * * 1", "--zone", "Europe/Berlin"])
      .ended;
    expect(status).toBe(0);
    expect(stdout.toString()).toMatch(/Monday.*\n(?: {2}.*02:00.*\n){5}/);
  });
});
