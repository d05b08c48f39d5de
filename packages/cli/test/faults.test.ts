import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, describe, test } from "vitest";

import { bootId, momentNow, type RunRecord } from "../src/report/record.ts";
import { keep } from "../src/report/spool.ts";
import { randomId } from "../src/run/proc.ts";
import {
  childrenOf,
  cleanUp,
  isEnd,
  NODE,
  overdue,
  pingServer,
  place,
  type Place,
  spooled,
} from "./command.ts";

afterAll(cleanUp);

const isRoot = process.getuid?.() === 0;
const DAY_MS = 86_400_000;

/** Puts a report into the spool, as an earlier run would have left it. */
function leaveInSpool({ env }: Place, url: string, record: Partial<RunRecord>): void {
  const target = { name: "job", pingUrl: url, create: false };
  const whole = { target, runId: randomId(), bootId: bootId(), started: null, ended: null, ...record };
  keep({ env, home: "/", uid: process.getuid?.() ?? 0, host: "h", self: [NODE], isTerminal: false }, whole);
}

describe.concurrent("overdue run, where something breaks", () => {
  test("a job that is killed by SIGKILL is reported with that signal, and the wrapper ends with 137", async ({
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
      "echo up; exec sleep 60",
    ]);
    await said("up");
    const job = childrenOf(child.pid ?? 0).find(({ command }) => command.startsWith("sleep"));
    process.kill(job?.pid ?? 0, "SIGKILL");
    expect(await ended).toMatchObject({ status: 137, signal: null });
    expect(await server.ping(isEnd)).toMatchObject({ action: "137", facts: { signal: "SIGKILL" } });
  });

  test("the job runs before anything is sent: where the server sees the first connection, the job is there", async ({
    expect,
  }) => {
    const server = await pingServer("silent");
    const { child } = overdue(place(), ["run", "--check", server.url, "--", "sleep", "60"]);
    await server.connected();
    expect(childrenOf(child.pid ?? 0).map(({ command }) => command)).toContain("sleep 60 ");
  });

  test("of five wrappers of one job that begin at the same moment on one host, one runs it and four skip it", async ({
    expect,
  }) => {
    const server = await pingServer();
    const here = place();
    const done = join(here.state, "done");
    const job = `echo ran; until test -e ${done}; do sleep 0.05; done`;
    const runs = Array.from({ length: 5 }, () =>
      overdue(here, ["run", "--check", server.url, "--lock", "--", "sh", "-c", job]),
    );
    let ended = 0;
    const ends = await Promise.all(
      runs.map(async (run) => {
        const end = await run.ended;
        ended += 1;
        // The last one goes on until all others have ended.
        if (ended === runs.length - 1) writeFileSync(done, "");
        return end;
      }),
    );
    expect(ends.map(({ status }) => status ?? 0).toSorted((one, other) => one - other)).toEqual([
      0, 75, 75, 75, 75,
    ]);
    expect(ends.map(({ stdout }) => stdout.toString()).join("")).toBe("ran\n");
  });

  test("a server that is killed while a job runs gets the end later, once, with its age", async ({
    expect,
  }) => {
    const server = await pingServer();
    const here = place();
    const done = join(here.state, "done");
    const job = `until test -e ${done}; do sleep 0.01; done; exit 4`;
    const run = overdue(here, ["run", "--check", server.url, "--", "sh", "-c", job]);
    const start = await server.ping(({ action }) => action === "start");
    await server.kill();
    writeFileSync(done, "");
    expect(await run.ended).toMatchObject({ status: 4 });
    await expect.poll(() => spooled(here).filter((name) => name.endsWith(".json"))).toHaveLength(1);
    const endedBy = Date.now();
    // From then on a ping is late, and says how late.
    await expect.poll(() => Date.now() - endedBy, { timeout: 10_000 }).toBeGreaterThan(2_000);
    await server.startAgain();
    const end = await server.ping(isEnd);
    expect(end).toMatchObject({ action: "4", rid: start.rid });
    expect(Date.now() - end.ageSeconds * 1_000).toBeLessThanOrEqual(endedBy);
    await expect.poll(() => spooled(here), { timeout: 20_000 }).toEqual([]);
    expect(server.received.filter(isEnd)).toHaveLength(1);
  });

  test("a machine that died while a job ran delivers the start that it had kept, with its age", async ({
    expect,
  }) => {
    const server = await pingServer();
    const here = place();
    const started = { at: Date.now() - 600_000, uptime: 5 };
    leaveInSpool(here, server.url, { bootId: "an earlier boot", started });
    expect((await overdue(here, ["spool", "--send"]).ended).stdout.toString()).toContain("1 delivered");
    expect(server.received).toMatchObject([{ action: "start" }]);
    expect(Math.round((server.received[0]?.ageSeconds ?? 0) / 60)).toBe(10);
    expect(spooled(here)).toEqual([]);
  });

  test("the start of a run that still goes on is left to its own sender", async ({ expect }) => {
    const server = await pingServer();
    const here = place();
    leaveInSpool(here, server.url, { started: momentNow() });
    await overdue(here, ["spool", "--send"]).ended;
    expect(server.received).toEqual([]);
    expect(spooled(here)).toHaveLength(1);
  });

  test("an end that waited while the clock was set a day back says its true age", async ({ expect }) => {
    const server = await pingServer();
    const here = place();
    const now = momentNow();
    const ended = { at: now.at + DAY_MS, uptime: (now.uptime ?? 0) - 20 };
    const how = { kind: "end", status: 0, tail: "", facts: {}, durationMs: 5 } as const;
    leaveInSpool(here, server.url, { ended: { ...ended, ...how } });
    await overdue(here, ["spool", "--send"]).ended;
    expect(server.received).toMatchObject([{ action: "0" }]);
    expect(Math.floor(server.received[0]?.ageSeconds ?? 0)).toBeGreaterThanOrEqual(20);
    expect(server.received[0]?.ageSeconds).toBeLessThan(DAY_MS / 1_000);
  });

  test.skipIf(!isRoot)(
    "where the disk is full, a report that the server refuses at first is tried again without the spool",
    async ({ expect }) => {
      const server = await pingServer(503);
      const here = place();
      const folder = join(here.state, "overdue");
      mkdirSync(folder, { mode: 0o700 });
      const fill = `mount -t tmpfs -o size=16k,mode=700 full ${folder} && mkdir -m 700 ${folder}/spool &&
        ! cat /dev/zero > ${folder}/spool/rest 2>/dev/null && exec "$@"`;
      const before = ["unshare", "--mount", "sh", "-c", fill, "sh"];
      const run = overdue(here, ["run", "--check", server.url, "--", "sh", "-c", "echo ran; exit 6"], {
        before,
      });
      expect(await run.ended).toMatchObject({ status: 6, stdout: Buffer.from("ran\n"), stderr: "" });
      server.behave(200);
      expect(await server.ping(isEnd)).toMatchObject({ action: "6", body: "ran\n" });
    },
  );
});
