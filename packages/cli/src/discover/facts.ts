import { canonicalTimezone } from "@overdue/schedules";

import type { Files } from "./files.ts";

/** What decides how this machine's schedules are read. */
export type MachineFacts = {
  host: string;
  /** The zone of `/etc/localtime`; UTC where that is missing, as the C library has it. */
  timezone: string;
  /** The cron that is installed, by its id among the schedulers. */
  cron: Cron;
  runsSystemd: boolean;
};

export const CRONS = ["debian-cron", "cronie", "busybox", "systemd-cron"] as const;
export type Cron = (typeof CRONS)[number];

/** Reads the facts from the machine's own files, so that a copy of them answers as the machine does. */
export function readFacts(files: Files, host: string | null): MachineFacts {
  return {
    host: host ?? (files.read("/etc/hostname")?.trim().split(".")[0] || "localhost"),
    timezone: timezoneOf(files),
    cron: findCron(files),
    runsSystemd: files.exists("/run/systemd/system") || /systemd/.test(files.link("/sbin/init") ?? ""),
  };
}

function timezoneOf(files: Files): string {
  const link = files.link("/etc/localtime");
  const named = /zoneinfo\/(?:posix\/|right\/)?(.+)$/.exec(link ?? "")?.[1];
  // Where localtime is a copy of the zone's file, only Debian's /etc/timezone and Red Hat's old clock file name it.
  const written = files.read("/etc/timezone")?.trim();
  const clock = /^ZONE="?([^"\n]+)"?$/m.exec(files.read("/etc/sysconfig/clock") ?? "")?.[1];
  return canonicalTimezone(named ?? written ?? clock ?? "UTC") ?? "UTC";
}

const GENERATORS = ["/lib", "/usr/lib"].map(
  (lib) => `${lib}/systemd/system-generators/systemd-crontab-generator`,
);
/** Only cronie has these: its program cronnext, and what Red Hat's package puts beside it. */
const OF_CRONIE = ["/usr/bin/cronnext", "/etc/sysconfig/crond", "/etc/cron.d/0hourly"];
const OF_BUSYBOX = ["/etc/crontabs", "/etc/periodic"];

function findCron(files: Files): Cron {
  if (GENERATORS.some(files.exists)) return "systemd-cron";
  if (OF_CRONIE.some(files.exists)) return "cronie";
  const program = files.link("/usr/sbin/crond") ?? files.link("/sbin/crond") ?? "";
  if (program.endsWith("busybox") || OF_BUSYBOX.some(files.exists)) return "busybox";
  const release = files.read("/etc/os-release") ?? "";
  return /^ID(?:_LIKE)?=.*\b(?:rhel|fedora|centos|rocky|almalinux|arch|suse|opensuse|amzn)\b/m.test(release)
    ? "cronie"
    : "debian-cron";
}
