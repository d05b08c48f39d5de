import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Trial } from "../support/try-all.ts";
import { fromGoSource, fromMaven, fromPyPi } from "./harness/install.ts";
import { dsnOf, type Overdue } from "./harness/overdue.ts";
import { outputOf, run } from "./harness/run.ts";
import { withOverdue } from "./harness/shared.ts";

const seenOf = async (overdue: Overdue, name: string) => overdue.seen(await overdue.checkNamed(name));
const scheduleOf = async (overdue: Overdue, name: string) =>
  overdue.field(await overdue.checkNamed(name), "schedule");

const GO = `package main

import (
	"os"
	"time"

	"github.com/getsentry/sentry-go"
)

func run(slug string, end sentry.CheckInStatus) {
	config := &sentry.MonitorConfig{
		Schedule: sentry.CrontabSchedule("0 3 * * *"), Timezone: "Europe/Berlin", CheckInMargin: 5, MaxRuntime: 10,
	}
	id := sentry.CaptureCheckIn(&sentry.CheckIn{MonitorSlug: slug, Status: sentry.CheckInStatusInProgress}, config)
	time.Sleep(50 * time.Millisecond)
	sentry.CaptureCheckIn(&sentry.CheckIn{ID: *id, MonitorSlug: slug, Status: end, Duration: 50 * time.Millisecond}, config)
}

func main() {
	if err := sentry.Init(sentry.ClientOptions{Dsn: os.Args[1]}); err != nil {
		panic(err)
	}
	run("go-good", sentry.CheckInStatusOK)
	run("go-bad", sentry.CheckInStatusError)
	sentry.CaptureMessage("an event")
	sentry.Flush(5 * time.Second)
}
`;

/** Sentry for Go. */
export const sentryGo: Trial = {
  name: "sentry-go",
  run: withOverdue(async (steps, overdue) => {
    const program = await fromGoSource("github.com/getsentry/sentry-go@v0.50.0", GO);
    steps.version = "0.50.0";
    await outputOf(program, [dsnOf(overdue)]);
    await steps.step("a run that ends well", "start, success; run success", () => seenOf(overdue, "go-good"));
    await steps.step("a run that fails", "start, fail; run fail", () => seenOf(overdue, "go-bad"));
    await steps.step("with its schedule", /0 3 \* \* \*/, () => scheduleOf(overdue, "go-good"));
  }),
};

const JAVA = `
import io.sentry.*;
import io.sentry.util.CheckInUtils;

public class Client {
  public static void main(String[] args) throws Exception {
    Sentry.init(options -> options.setDsn(args[0]));
    MonitorConfig config = new MonitorConfig(MonitorSchedule.crontab("0 3 * * MON-FRI"));
    config.setTimezone("Europe/Berlin");
    config.setCheckinMargin(5L);
    CheckInUtils.withCheckIn("java-good", config, () -> { Thread.sleep(50); return null; });
    try {
      CheckInUtils.withCheckIn("java-bad", config, () -> { throw new RuntimeException("boom"); });
    } catch (RuntimeException expected) {
      Sentry.captureException(expected);
    }
    Sentry.flush(5000);
    Sentry.close();
  }
}
`;

/** Sentry for Java, whose core has the check-ins; its integrations of Spring and Quartz call the same. */
export const sentryJava: Trial = {
  name: "sentry-java",
  run: withOverdue(async (steps, overdue) => {
    const jar = await fromMaven("io.sentry:sentry:8.63.0");
    steps.version = "8.63.0";
    const folder = await overdue.folder();
    const source = join(folder, "Client.java");
    await writeFile(source, JAVA);
    await outputOf("java", ["-cp", jar, source, dsnOf(overdue)]);
    await steps.step("a run that ends well", "start, success; run success", () =>
      seenOf(overdue, "java-good"),
    );
    await steps.step("a run that throws", "start, fail; run fail", () => seenOf(overdue, "java-bad"));
    await steps.step("with its schedule", /MON-FRI/, () => scheduleOf(overdue, "java-good"));
  }),
};

const CELERY = `
import sys, os, sentry_sdk
from celery import Celery
from celery.schedules import crontab
from sentry_sdk.integrations.celery import CeleryIntegration

sentry_sdk.init(dsn=os.environ["DSN"], integrations=[CeleryIntegration(monitor_beat_tasks=True)])
folder = os.environ["FOLDER"]
app = Celery("tasks", broker="filesystem://", broker_transport_options={
    "data_folder_in": folder, "data_folder_out": folder, "control_folder": folder})
app.conf.timezone = "Europe/Berlin"
app.conf.beat_schedule = {
    "Beat Good": {"task": "tasks.good", "schedule": crontab()},
    "beat-bad": {"task": "tasks.bad", "schedule": crontab()},
}

@app.task
def good():
    return 1

@app.task
def bad():
    raise ValueError("boom")
`;

const BEAT_SECONDS = "80";

/** Celery's beat with Sentry's integration: the start comes from the beat process, the end from the worker. */
export const celeryBeat: Trial = {
  name: "celery-beat",
  run: withOverdue(async (steps, overdue) => {
    const python = await fromPyPi("sentry-sdk==2.75.0", "celery==5.7.0");
    steps.version = "5.7.0, sentry-sdk 2.75.0";
    const folder = await overdue.folder();
    await writeFile(join(folder, "tasks.py"), CELERY);
    const env = { DSN: dsnOf(overdue), FOLDER: folder };
    const worker = ["-A", "tasks", "worker", "--beat", "--pool=solo", "--without-gossip", "--without-mingle"];
    // Its shortest schedule is a minute. The worker ends its beat only when it is asked to end.
    await run("timeout", [BEAT_SECONDS, join(python.bin, "celery"), ...worker], { cwd: folder, env });
    await steps.step("a task that ends well", /^start, success.*; run success/, () =>
      seenOf(overdue, "Beat Good"),
    );
    await steps.step("a task that raises", /^start, fail.*; run fail/, () => seenOf(overdue, "beat-bad"));
    await steps.step("with the schedule of the beat", /"scheduler":"celery"/, () =>
      scheduleOf(overdue, "Beat Good"),
    );
  }),
};
