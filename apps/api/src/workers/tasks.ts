import type { MailText } from "@overdue/core";
import type { ComputedHolidays } from "@overdue/schedules";
import type { Bounce } from "@overdue/db";

import type { readLine as ReadLine } from "../schedules/readings.ts";
import type { FileContent, FileText } from "../http/body-content.ts";
import type { MailSource } from "../pings/email/message.ts";

// Runs on a thread of a WorkerPool. What a task needs is loaded when the first one of its kind comes.

/** Reads a configuration file. */
export async function readConfigFile(file: FileText): Promise<FileContent> {
  const { readFileContent } = await import("../http/body-content.ts");
  return await readFileContent(file);
}

const NEXT_TIMES = 5;

/** Looks at schedules as the main thread will, and answers the holidays that this takes. */
export async function precomputeHolidays({
  schedules,
  now,
}: {
  schedules: readonly unknown[];
  now: number;
}): Promise<ComputedHolidays> {
  const { ScheduleInput, explain, collectHolidays } = await import("@overdue/schedules");
  return collectHolidays(() => {
    for (const schedule of schedules) {
      const { data } = ScheduleInput.safeParse(schedule);
      if (data !== undefined) explain(data, { from: now, count: NEXT_TIMES });
    }
  });
}

/** What schedulers make of a line that anybody may send. */
export async function readLine(asked: Parameters<typeof ReadLine>[0]): Promise<ReturnType<typeof ReadLine>> {
  const { readLine } = await import("../schedules/readings.ts");
  return readLine(asked);
}

/** Reads what a mail says where keywords are looked for. */
export async function readMail(mail: MailSource): Promise<MailText> {
  const { textOfMail } = await import("../pings/email/message.ts");
  return await textOfMail(mail);
}

/** Reads what came back of a mail. */
export async function readBounce({ source }: { source: Uint8Array }): Promise<Bounce | null> {
  const { readBounce } = await import("../bounces/read-bounce.ts");
  return await readBounce(Buffer.from(source));
}
