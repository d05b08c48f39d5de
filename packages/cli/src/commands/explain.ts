import { explain as explainSchedule, lintLine, ScheduleInput, schedulerId } from "@overdue/schedules";

import type { Machine } from "../machine.ts";
import { readOptions } from "../parse.ts";
import { UsageError } from "../errors.ts";

const OPTIONS = {
  zone: { type: "string" },
  scheduler: { type: "string" },
  kind: { type: "string" },
  count: { type: "string" },
} as const;
const COUNT_MAX = 1_000;

/** `overdue explain '0 2 * * 1'`: what a schedule means, and when it is due next, by the clock and time zone of this machine. */
export async function explain(_machine: Machine, args: readonly string[]): Promise<void> {
  const { values, words } = readOptions(args, OPTIONS);
  const expression = words.join(" ");
  const kind = values["kind"] ?? "cron";
  const scheduler = values["scheduler"] as string | undefined;
  const zone = (values["zone"] as string | undefined) ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const count = Number(values["count"] ?? 5);
  if (!Number.isInteger(count) || count < 1 || count > COUNT_MAX)
    throw new UsageError(`--count must be a whole number from 1 to ${COUNT_MAX}.`);
  const read = ScheduleInput.safeParse({
    kind,
    expression,
    timezone: zone,
    ...(scheduler !== undefined && { scheduler }),
  });
  if (!read.success) throw new UsageError(read.error.issues[0]?.message ?? "This is no schedule.");
  const { text, next, changes } = explainSchedule(read.data, { from: Date.now(), count });
  const findings =
    kind === "cron" && scheduler !== undefined
      ? lintLine(expression, schedulerId(scheduler) ?? scheduler)
      : [];
  const lines = [
    text,
    ...findings.map(({ message }) => `Note: ${message}`),
    ...next.map(({ local }) => `  ${local}`),
    ...changes.map(({ text: change, effect }) => `${change}. ${effect}`),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}
