import { ScheduleReadingInput } from "@overdue/schedules";

import type { MachineFacts } from "./facts.ts";
import type { FoundJob, Machine, UnnamedJob } from "./job.ts";
import { readUnit, SYSTEM_FOLDERS, type Unit, unitNames, userFolders } from "./units.ts";
import { findWatch, scriptsOf } from "./watch.ts";

/** The jobs of the timers of the machine and of its users that are enabled. */
export function timerJobs(machine: Machine): UnnamedJob[] {
  const { files } = machine;
  const homes = ["/root", ...files.list("/home").map((name) => `/home/${name}`)];
  const ofUsers = homes
    .filter((home) => files.exists(`${home}/.config/systemd/user`))
    .flatMap((home) => timersIn(machine, userFolders(home), home.split("/").at(-1) ?? null));
  return [...timersIn(machine, SYSTEM_FOLDERS, null), ...ofUsers];
}

function timersIn(machine: Machine, folders: readonly string[], ofUser: string | null): UnnamedJob[] {
  const { all, enabled } = unitNames(machine.files, folders, "timer");
  return all
    .filter((name) => !name.endsWith("@.timer"))
    .flatMap((name) => {
      const timer = readUnit(machine.files, folders, name);
      if (timer === null) return [];
      const isOn = enabled.has(name) || /\/(?:transient|generator[.\w]*)\//.test(timer.path);
      // What nobody enabled was never meant to run here: packages bring many of these.
      if (!isOn || timer.isMasked) return [];
      return [timerJob(machine, { timer, folders, ofUser })];
    });
}

function timerJob(
  machine: Machine,
  { timer, folders, ofUser }: { timer: Unit; folders: readonly string[]; ofUser: string | null },
): UnnamedJob {
  const unitName = timer.values("Timer", "Unit").at(-1) ?? timer.name.replace(/\.timer$/, ".service");
  const service = readUnit(machine.files, folders, unitName);
  const commands =
    service?.values("Service", "ExecStart").map((value) => value.replace(/^[-@:+!|]+/, "")) ?? [];
  const around = ["ExecStartPre", "ExecStartPost", "ExecStopPost", "ExecCondition", "Environment"].flatMap(
    (key) => service?.values("Service", key) ?? [],
  );
  const handlers = ["OnFailure", "OnSuccess"]
    .flatMap((key) => service?.values("Unit", key) ?? [])
    .flatMap((value) => value.split(/\s+/));
  const handlerTexts = handlers.flatMap(
    (name) => readUnit(machine.files, folders, name)?.values("Service", "ExecStart") ?? [],
  );
  const folder = service?.values("Service", "WorkingDirectory").at(-1);
  const scripts = commands.flatMap((command) => scriptsOf(command, { files: machine.files, folder }));
  const sources = [{ text: [...commands, ...around, ...handlerTexts].join("\n"), in: unitName }, ...scripts];
  const problem =
    service === null ? `there is no ${unitName}` : service.isMasked ? `${unitName} is masked` : null;
  const timing = readTiming(timer, machine.facts);
  return {
    kind: "timer",
    place: timer.placeOf("Timer", timing.key) ?? timer.path,
    target: { unit: unitName, ofUser },
    written: timing.written,
    schedule: timing.schedule,
    jitterSeconds: timing.jitterSeconds,
    user: ofUser ?? service?.values("Service", "User").at(-1) ?? "root",
    rawCommand: commands.join("; ") || unitName,
    name: unitName.replace(/\.service$/, ""),
    watch: findWatch(sources, machine.hosts),
    problem: problem ?? timing.problem,
  };
}

type Timing = Pick<FoundJob, "written" | "schedule" | "jitterSeconds" | "problem"> & { key: string };

/** When a timer is due, as systemd reads it with all of its drop-ins. */
function readTiming(timer: Unit, { timezone }: MachineFacts): Timing {
  const keys = ["OnCalendar", "OnUnitActiveSec", "OnUnitInactiveSec"] as const;
  const key = keys.find((each) => timer.values("Timer", each).length > 0);
  if (key === undefined) {
    const once = ["OnBootSec", "OnStartupSec", "OnActiveSec"].find(
      (each) => timer.values("Timer", each).length > 0,
    );
    const problem =
      once === undefined
        ? "it says no time"
        : "it runs once after a start, and at no time that could be missed";
    return {
      key: once ?? "",
      written: once === undefined ? "" : `${once}=${timer.values("Timer", once)[0]}`,
      schedule: null,
      jitterSeconds: 0,
      problem,
    };
  }
  const settings = [key, "RandomizedDelaySec", "Persistent"].flatMap((each) =>
    timer
      .values("Timer", each)
      .slice(each === key ? 0 : -1)
      .map((value) => `${each}=${value}`),
  );
  const written = timer
    .values("Timer", key)
    .map((value) => (key === "OnCalendar" ? value : `${key}=${value}`))
    .join("; ");
  const expression = ["[Timer]", ...settings].join("\n");
  const read = ScheduleReadingInput.safeParse({ kind: "oncalendar", expression, timezone });
  if (!read.success)
    return {
      key,
      written,
      schedule: null,
      jitterSeconds: 0,
      problem: read.error.issues[0]?.message ?? "unreadable",
    };
  return {
    key,
    written,
    schedule: read.data.schedule,
    jitterSeconds: read.data.jitterSeconds ?? 0,
    problem: null,
  };
}
