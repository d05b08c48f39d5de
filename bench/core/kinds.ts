import type { CalendarSchedule, Schedule } from "@overdue/schedules";

/** A kind of schedule, and the seconds between pings with which every slot is met and no ping is early. */
export type Kind = { name: string; schedule: Schedule; everySeconds: number };

const DAY = 86_400;

export const KINDS: readonly Kind[] = [
  { name: "interval", schedule: { kind: "interval", everySeconds: 300 }, everySeconds: 300 },
  { name: "cron, every 5 minutes, UTC", schedule: cron("*/5 * * * *", "UTC"), everySeconds: 300 },
  { name: "cron, every 5 minutes, clock changes", schedule: cron("*/5 * * * *"), everySeconds: 300 },
  { name: "cron, once a day", schedule: cron("30 2 * * *"), everySeconds: DAY },
  { name: "cron, working hours", schedule: cron("*/10 9-17 * * 1-5"), everySeconds: 600 },
  { name: "cron, dense, by the minute", schedule: cron("* * * * *"), everySeconds: 60 },
  { name: "oncalendar, every 5 minutes", schedule: oncalendar("*:0/5"), everySeconds: 300 },
  { name: "oncalendar, once a day", schedule: oncalendar("02:30"), everySeconds: DAY },
  { name: "oncalendar, working days", schedule: oncalendar("Mon..Fri 03:00"), everySeconds: DAY },
];

/** Further schedules, for which only the search for the next time is measured. */
export const SPARSE: readonly Pick<Kind, "name" | "schedule">[] = [
  {
    name: "cron, sparse, second Monday of the month",
    schedule: { ...cron("0 4 * * MON#2"), scheduler: "cronsim" },
  },
  { name: "cron, sparse, 29 February", schedule: cron("0 0 29 2 *") },
  { name: "cron, three lines", schedule: cron("0 9 * * *\n30 14 * * 1-5\n0 0 1 * *") },
  {
    name: "cron, not on holidays",
    schedule: {
      kind: "cron",
      expression: "0 9 * * *",
      timezone: "Europe/Berlin",
      except: { holidays: ["DE-BY"] },
    },
  },
  { name: "oncalendar, first of the month", schedule: oncalendar("monthly") },
  { name: "oncalendar, last day of the month", schedule: oncalendar("*-*~1 03:00") },
];

export function cron(expression: string, timezone = "Europe/Berlin"): CalendarSchedule {
  return { kind: "cron", expression, timezone };
}

function oncalendar(expression: string): Schedule {
  return { kind: "oncalendar", expression, timezone: "Europe/Berlin" };
}
