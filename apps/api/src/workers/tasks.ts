import type { ReckonedHolidays } from "@overdue/core";

import type { FileContent, FileText } from "../http/file-content.ts";

// Runs on a thread of a WorkerPool. What a task needs is loaded when the first one of its kind comes.

/** Reads a configuration file. */
export async function readConfigFile(file: FileText): Promise<FileContent> {
  const { readFileContent } = await import("../http/file-content.ts");
  return await readFileContent(file);
}

const NEXT_TIMES = 5;

/** Looks at schedules as the main thread will, and answers the holidays that this takes. */
export async function reckonHolidays({
  schedules,
  now,
}: {
  schedules: readonly unknown[];
  now: number;
}): Promise<ReckonedHolidays> {
  const { ScheduleInput, explain, reckonedHolidaysOf } = await import("@overdue/core");
  return reckonedHolidaysOf(() => {
    for (const schedule of schedules) {
      const { data } = ScheduleInput.safeParse(schedule);
      if (data !== undefined) explain(data, { from: now, count: NEXT_TIMES });
    }
  });
}
