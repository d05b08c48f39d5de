import { type Reading } from "./reading.ts";
import { readCrontab } from "./crontab.ts";

const SCHEDULE = /^(?:-\s*)?(?:schedule|cron):\s*(["']?)([^"'#]+?)\1\s*(?:#.*)?$/;

/**
 * Reads the schedules in lines of YAML: `schedule:` and `timeZone:` of a Kubernetes CronJob, `- cron:` of a GitHub
 * workflow. Null where there are none.
 */
export function readYamlLines(lines: readonly string[], keepsEvery = false): Reading | null {
  const runBy = runByOf(lines);
  const schedules = lines.flatMap((line) => SCHEDULE.exec(line)?.[2] ?? []);
  const found =
    schedules.length === 0 ? null : readCrontab(schedules, keepsEvery || runBy?.scheduler === "kubernetes");
  if (found === null) return null;
  return {
    ...found,
    timezone: valueOf(lines, "timeZone") ?? found.timezone,
    name: valueOf(lines, "name"),
    runBy,
  };
}

function runByOf(lines: readonly string[]): Reading["runBy"] {
  if (lines.some((line) => /^(?:kind:\s*CronJob|jobTemplate:|concurrencyPolicy:|timeZone:)/.test(line)))
    return { scheduler: "kubernetes", what: "a Kubernetes CronJob" };
  // Sidekiq-cron and GoodJob name the class of the job beside its line.
  const hasClass = valueOf(lines, "class") !== null && lines.some((line) => line.startsWith("cron:"));
  return hasClass ? { scheduler: "fugit", what: "a job of Sidekiq-cron or GoodJob" } : null;
}

function valueOf(lines: readonly string[], key: string): string | null {
  const line = lines.find((one) => one.startsWith(`${key}:`));
  return (
    line
      ?.slice(key.length + 1)
      .trim()
      .replace(/^(["'])(.*)\1$/, "$2") || null
  );
}
