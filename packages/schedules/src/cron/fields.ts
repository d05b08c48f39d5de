/** One field of a cron line: its name in sentences, its bounds, and the names its values may go by. */
export type CronField = { name: string; min: number; max: number; names: readonly string[] };

export const MINUTE: CronField = { name: "minute", min: 0, max: 59, names: [] };
export const HOUR: CronField = { name: "hour", min: 0, max: 23, names: [] };
export const DAY_OF_MONTH: CronField = { name: "day-of-month", min: 1, max: 31, names: [] };
export const MONTH: CronField = {
  name: "month",
  min: 1,
  max: 12,
  names: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
};
/** Sunday is 0 and 7. */
export const DAY_OF_WEEK: CronField = {
  name: "day-of-week",
  min: 0,
  max: 7,
  names: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
};
