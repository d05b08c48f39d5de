import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, describe, expect, test } from "vitest";

import {
  childrenOf,
  cleanUp,
  isAlive,
  isEnd,
  olderNode,
  overdue,
  pingServer,
  place,
  spooled,
} from "./command.ts";

afterAll(cleanUp);

const older = olderNode();
const isRoot = process.getuid?.() === 0;

describe.concurrent.each([
  { name: "Node 24", node: process.execPath },
  ...(older === null ? [] : [{ name: "an older Node", node: older }]),
])("with $name", ({ node }) => {
  test("a job's output passes byte for byte, and its end is reported with its status and the run id of its start", async ({
    expect,
  }) => {
    const server = await pingServer();
    const job = "echo said >/dev/stderr; seq 60000; printf 'a\\000\\377z'; exit 3";
    const { status, stdout, stderr } = await overdue(
      place(),
      ["run", "--check", server.url, "--", "sh", "-c", job],
      { node },
    ).ended;
    expect({ status, stderr }).toEqual({ status: 3, stderr: "said\n" });
    const counted = Array.from({ length: 60_000 }, (_, i) => `${i + 1}\n`).join("");
    expect(stdout.equals(Buffer.concat([Buffer.from(counted), Buffer.from("a\0\u00FFz", "latin1")]))).toBe(
      true,
    );
    const end = await server.ping(isEnd);
    expect(end).toMatchObject({
      action: "3",
      facts: { host: expect.any(String), bootId: expect.any(String) },
    });
    expect(end.body).toHaveLength(1_000);
    expect(end.body.endsWith("60000\na\0\u00FFz")).toBe(true);
    expect(server.received[0]).toMatchObject({ action: "start", rid: end.rid });
  });
});

describe.concurrent("overdue run", () => {
  test("a job starts, and the wrapper ends with it, though the server takes connections and never answers", async ({
    expect,
  }) => {
    const server = await pingServer("silent");
    const here = place();
    const asked = join(here.state, "asked");
    // It ends only once the request for its start waits for an answer.
    const job = `echo began; until test -e ${asked}; do sleep 0.01; done; echo done`;
    const run = overdue(here, ["run", "--check", server.url, "--", "sh", "-c", job]);
    await run.said("began");
    await server.connected();
    writeFileSync(asked, "");
    const { status, stdout } = await run.ended;
    expect({ status, stdout: stdout.toString() }).toEqual({ status: 0, stdout: "began\ndone\n" });
  });

  test("what could not be delivered is kept, and the next run delivers it with its age", async ({
    expect,
  }) => {
    const server = await pingServer(503);
    const here = place();
    const words = ["run", "--check", server.url, "--", "true"];
    await overdue(here, words).ended;
    await expect
      .poll(() => spooled(here).filter((name) => name.endsWith(".json")), { timeout: 20_000 })
      .toHaveLength(1);
    const [kept = ""] = spooled(here);
    expect(readFileSync(join(here.state, "overdue", "spool", kept), "utf8")).toContain('"kind":"end"');
    expect(
      execFileSync("stat", ["-c", "%a", join(here.state, "overdue", "spool", kept)], { encoding: "utf8" }),
    ).toBe("600\n");
    server.behave(200);
    await overdue(here, words).ended;
    await expect.poll(() => server.received.filter(isEnd).length, { timeout: 20_000 }).toBe(2);
    await expect.poll(() => spooled(here), { timeout: 20_000 }).toEqual([]);
  });

  test("a command that is not there is 127, one that may not be run is 126, and both are reported", async ({
    expect,
  }) => {
    const server = await pingServer();
    const run = (command: string) => overdue(place(), ["run", "--check", server.url, "--", command]).ended;
    const [missing, unfit] = await Promise.all([run("/no/such"), run("/etc/passwd")]);
    expect(missing).toMatchObject({ status: 127, stderr: "overdue: /no/such: command not found\n" });
    expect(unfit).toMatchObject({ status: 126, stderr: "overdue: /etc/passwd: cannot be run (EACCES)\n" });
    await server.ping(({ action }) => action === "127");
    await server.ping(({ action }) => action === "126");
  });

  test("where it waits for its report, its exit status is the command's all the same, and the server has the report", async ({
    expect,
  }) => {
    const server = await pingServer();
    const words = ["run", "--check", server.url, "--report-wait", "30s", "--", "sh", "-c", "exit 3"];
    expect(await overdue(place(), words).ended).toMatchObject({ status: 3 });
    expect(server.received.filter(isEnd)).toMatchObject([{ action: "3" }]);
  });

  test("SIGTERM reaches every process of the job, and the wrapper ends by the same signal", async ({
    expect,
  }) => {
    const server = await pingServer();
    const { child, ended, said } = overdue(place(), [
      "run",
      "--check",
      server.url,
      "--",
      "sh",
      "-c",
      "sleep 60 & echo $!; wait",
    ]);
    await said("\n");
    child.kill("SIGTERM");
    const { signal, stdout } = await ended;
    expect(signal).toBe("SIGTERM");
    expect(isAlive(Number(stdout))).toBe(false);
    expect(await server.ping(isEnd)).toMatchObject({
      action: "143",
      facts: { signal: "SIGTERM", stoppedBy: "SIGTERM" },
    });
  });

  test("at its time limit the whole job is stopped, by SIGKILL if need be, and that is status 124", async ({
    expect,
  }) => {
    const server = await pingServer();
    const job = "trap '' TERM; sleep 60 & echo $!; wait; wait";
    const limits = ["--timeout", "300ms", "--kill-after", "200ms"];
    const { status, stdout } = await overdue(place(), [
      "run",
      "--check",
      server.url,
      ...limits,
      "--",
      "sh",
      "-c",
      job,
    ]).ended;
    expect(status).toBe(124);
    await expect.poll(() => isAlive(Number(stdout))).toBe(false);
    expect(await server.ping(isEnd)).toMatchObject({ action: "124", facts: { timedOutAfterMs: 300 } });
  });

  test("a failed command is tried again under one run id, and only the last end counts", async ({
    expect,
  }) => {
    const server = await pingServer();
    const words = [
      "run",
      "--check",
      server.url,
      "--retries",
      "3",
      "--backoff",
      "10ms",
      "--",
      "sh",
      "-c",
      'test "$OVERDUE_ATTEMPT" = 3',
    ];
    expect(await overdue(place(), words).ended).toMatchObject({ status: 0 });
    expect(await server.ping(isEnd)).toMatchObject({ action: "0", facts: { attempts: 3 } });
    expect(new Set(server.received.map(({ rid }) => rid)).size).toBe(1);
    expect(server.received.filter(({ action }) => action === "log")).toHaveLength(2);
  });

  test("a success that is quicker than --min-runtime is reported as a failure, and stays the command's success", async ({
    expect,
  }) => {
    const server = await pingServer();
    const words = ["run", "--check", server.url, "--min-runtime", "1h", "--", "true"];
    expect(await overdue(place(), words).ended).toMatchObject({ status: 0 });
    expect(await server.ping(isEnd)).toMatchObject({ action: "fail", facts: { minRuntimeMs: 3_600_000 } });
  });

  test("a process that the job leaves behind holds up neither the wrapper nor the next run's lock", async ({
    expect,
  }) => {
    const server = await pingServer();
    const here = place();
    const run = (job: string) =>
      overdue(here, ["run", "--check", server.url, "--lock", "--", "sh", "-c", job]).ended;
    const first = await run("setsid sleep 60 & echo $!");
    expect(first.status).toBe(0);
    expect(await run("echo second")).toMatchObject({ status: 0 });
    expect(isAlive(Number(first.stdout))).toBe(true);
    process.kill(Number(first.stdout), "SIGKILL");
  });

  test("a reader that goes away ends the job as it would alone, by SIGPIPE", async ({ expect }) => {
    const server = await pingServer();
    const before = ["sh", "-c", '"$@" | head -n 1', "sh"];
    const { ended } = overdue(place(), ["run", "--check", server.url, "--", "yes"], { before });
    expect((await ended).stdout.toString()).toBe("y\n");
    expect(await server.ping(isEnd)).toMatchObject({ action: "141", facts: { signal: "SIGPIPE" } });
  });

  test("a socket whose reader goes away with something unread ends the job, too", async ({ expect }) => {
    const server = await pingServer();
    const { child } = overdue(place(), ["run", "--check", server.url, "--", "yes"]);
    child.stdout?.pause();
    // Then nobody reads on, and what follows stays in the kernel.
    await expect.poll(() => child.stdout?.readableLength).toBeGreaterThan(60_000);
    child.stdout?.destroy();
    expect(await server.ping(isEnd)).toMatchObject({
      action: "141",
      facts: { signal: "SIGPIPE", outputProblem: expect.stringMatching(/ECONNRESET|EPIPE/) },
    });
  });

  test("a wrapper that is killed is reported, and its job keeps the lock until it ends", async ({
    expect,
  }) => {
    const server = await pingServer();
    const here = place();
    const words = ["run", "--check", server.url, "--lock", "--"];
    const { child, said } = overdue(here, [...words, "sh", "-c", "echo $$; exec sleep 60"]);
    await said("\n");
    const job = childrenOf(child.pid ?? 0).find(({ command }) => command.startsWith("sleep"))?.pid ?? 0;
    await server.ping(({ action }) => action === "start");
    child.kill("SIGKILL");
    await server.ping(({ action, body }) => action === "log" && body.includes(`goes on as process ${job}`));
    expect(await overdue(here, [...words, "true"]).ended).toMatchObject({ status: 75 });
    expect(await server.ping(({ facts }) => "skipped" in facts)).toMatchObject({ action: "log" });
    process.kill(job, "SIGKILL");
    expect(await server.ping(isEnd)).toMatchObject({ action: "fail", facts: { wrapperKilled: true } });
    expect(await overdue(here, [...words, "true"]).ended).toMatchObject({ status: 0 });
  });

  test("--if-running kill stops the run that goes on, and takes its place; wait comes after its end", async ({
    expect,
  }) => {
    const server = await pingServer();
    const here = place();
    const run = (ifRunning: string, ...command: string[]) =>
      overdue(here, ["run", "--check", server.url, "--lock", "--if-running", ifRunning, "--", ...command]);
    const first = run("skip", "sh", "-c", "echo up; exec sleep 60");
    await first.said("up");
    const second = run("kill", "sh", "-c", "echo up; sleep 0.3");
    expect(await first.ended).toMatchObject({ signal: "SIGTERM" });
    await second.said("up");
    expect(await run("wait", "echo", "third").ended).toMatchObject({
      status: 0,
      stdout: Buffer.from("third\n"),
    });
    expect((await second.ended).status).toBe(0);
  });

  test("a sender that is killed costs no report", async ({ expect }) => {
    const server = await pingServer();
    const here = place();
    const done = join(here.state, "done");
    const { child, ended, said } = overdue(here, [
      "run",
      "--check",
      server.url,
      "--",
      "sh",
      "-c",
      `echo up; until test -e ${done}; do sleep 0.05; done`,
    ]);
    await said("up");
    await server.ping(({ action }) => action === "start");
    const sender = childrenOf(child.pid ?? 0).find(({ command }) => command.includes("send-reports"));
    const { pid = 0 } = sender ?? {};
    process.kill(pid, "SIGKILL");
    await expect.poll(() => isAlive(pid)).toBe(false);
    writeFileSync(done, "");
    expect(await ended).toMatchObject({ status: 0 });
    expect(await server.ping(isEnd)).toMatchObject({ action: "0" });
  });

  test("each byte of an output that curl can send arrives as it was, and a name of a file in it is no file", async ({
    expect,
  }) => {
    const server = await pingServer();
    const bytes = Buffer.from(Array.from({ length: 255 }, (_, i) => i + 1));
    const said = Buffer.concat([Buffer.from('@/etc/passwd "quoted" \\n\r\n\n%{x}$(id)\n'), bytes, bytes]);
    const place1 = place();
    const path = join(place1.state, "said");
    writeFileSync(path, said);
    await overdue(place1, ["run", "--check", server.url, "--", "cat", path]).ended;
    const end = await server.ping(isEnd);
    expect(end.userAgent).toMatch(/^overdue\//);
    expect(Buffer.from(end.body, "latin1").equals(said)).toBe(true);
  });

  test.each([
    ["curl", ["sh", "mkfifo"]],
    ["curl and without a shell", ["mkfifo"]],
  ])(
    "on a machine without %s the start, the end and a wrapper that is killed are reported all the same",
    async (_, programs) => {
      const server = await pingServer();
      const here = place();
      const bin = join(here.state, "bin");
      mkdirSync(bin);
      for (const program of programs) symlinkSync(`/usr/bin/${program}`, join(bin, program));
      const bare = { env: { ...here.env, PATH: bin } };
      await overdue(bare, ["run", "--check", server.url, "--", "/bin/sleep", "0.3"]).ended;
      const end = await server.ping(isEnd);
      expect(end).toMatchObject({ action: "0" });
      expect(server.received[0]).toMatchObject({ action: "start", rid: end.rid });
      const { child } = overdue(bare, ["run", "--check", server.url, "--", "/bin/sleep", "1"]);
      await server.ping(({ action, rid }) => action === "start" && rid !== end.rid);
      child.kill("SIGKILL");
      expect(await server.ping(({ action }) => action === "fail")).toMatchObject({
        facts: { wrapperKilled: true },
      });
    },
  );

  test("a job that ends before it is worth a start is reported by its end alone, with how long it took", async ({
    expect,
  }) => {
    const server = await pingServer();
    await overdue(place(), ["run", "--check", server.url, "--report-wait", "20s", "--", "true"]).ended;
    const durationMs = Number(server.received.find(isEnd)?.facts["durationMs"]);
    // On a busy machine the shortest job takes longer than that, and then has a start.
    const starts = server.received.filter(({ action }) => action === "start").length;
    expect(starts).toBe(durationMs < 50 ? 0 : starts);
    expect(server.received.filter(isEnd)).toMatchObject([{ action: "0" }]);
  });

  test("a full disk takes nothing from the job, whose end is reported without the spool", async ({
    expect,
  }) => {
    const server = await pingServer();
    const before = ["sh", "-c", 'ulimit -f 0; exec "$@"', "sh"];
    expect(
      await overdue(place(), ["run", "--check", server.url, "--", "true"], { before }).ended,
    ).toMatchObject({ status: 0 });
    expect(await server.ping(isEnd)).toMatchObject({ action: "0" });
  });

  test.skipIf(!isRoot)(
    "a user without a home or any right runs a job and reports it, in a bare environment",
    async ({ expect }) => {
      const server = await pingServer();
      const before = [
        "setpriv",
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
        "env",
        "-i",
        "PATH=/usr/bin:/bin",
      ];
      const { status, stderr } = await overdue(
        { env: {} },
        ["run", "--check", server.url, "--", "id", "-u"],
        { before: ["/usr/bin/env", ...before] },
      ).ended;
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(await server.ping(isEnd)).toMatchObject({ body: "65534\n" });
    },
  );

  test("a job runs though nobody has said where its reports go", async ({ expect }) => {
    const { status, stderr } = await overdue(place(), ["run", "--check", "nightly", "--", "true"]).ended;
    expect(status).toBe(0);
    expect(stderr).toBe(
      "overdue: nightly is not reported: the address of Overdue is not set: set OVERDUE_URL, or run overdue login.\n",
    );
  });
});

test.concurrent.each([
  [["run", "true"], "Put -- before the command: overdue run --check NAME -- true"],
  [
    ["run", "--check", "x"],
    "There is no command to run: put it behind --, as in overdue run --check NAME -- backup.sh",
  ],
  [["run", "--", "true"], "--check is missing: give the slug, the UUID or the ping URL of a check."],
  [
    ["run", "--check", "Not a slug", "--", "true"],
    '--check must be a slug (a-z, 0-9, - and _), a UUID or a ping URL, not "Not a slug".',
  ],
  [
    ["run", "--check", "x", "--timeout", "soon", "--", "true"],
    '--timeout must be a length of time such as 120s, 5m or 1h30m, not "soon".',
  ],
  [["run", "--check", "x", "--lock", "moon", "--", "true"], '--lock must be host or server, not "moon".'],
  [["run", "--check", "x", "--timeout", "--", "true"], "--timeout needs a value."],
])("%j is refused in a sentence, with status 2", async (words, sentence) => {
  expect(await overdue(place(), words).ended).toMatchObject({ status: 2, stderr: `overdue: ${sentence}\n` });
});
