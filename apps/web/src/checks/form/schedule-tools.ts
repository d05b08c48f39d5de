import { DEFAULT_SCHEDULER, lineFor, readingText } from "@overdue/schedules";

export { proposeScheduler } from "@overdue/schedules";

/**
 * The first of these lines that the scheduler reads as plain cron reads the first one, since schedulers number the days
 * of the week differently.
 */
export function sameLine(lines: readonly [string, ...string[]], scheduler: string): string {
  const [plain] = lines;
  const written = lines.map((line) => lineFor(line, scheduler));
  const meant = readingText(plain, DEFAULT_SCHEDULER);
  return written.find((line) => line !== null && readingText(line, scheduler) === meant) ?? plain;
}
