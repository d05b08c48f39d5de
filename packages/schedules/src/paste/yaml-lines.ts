import { type Reading } from "./reading.ts";
import { readCrontab } from "./crontab.ts";

const SCHEDULE = /^(?:-\s*)?(?:schedule|cron):\s*(["']?)([^"'#]+?)\1\s*(?:#.*)?$/;

/**
 * Reads the schedules in lines of YAML: `schedule:` and `timeZone:` of a Kubernetes CronJob, `- cron:` of a GitHub
 * workflow. Null where there are none.
 */
export function readYamlLines(lines: readonly string[]): Reading | null {
  const schedules = lines.flatMap((line) => SCHEDULE.exec(line)?.[2] ?? []);
  const found = schedules.length === 0 ? null : readCrontab(schedules);
  if (found === null) return null;
  return {
    ...found,
    timezone: valueOf(lines, "timeZone") ?? found.timezone,
    name: valueOf(lines, "name"),
  };
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
