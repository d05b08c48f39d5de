/** Common schedules, one click each. */
export const INTERVALS = [
  { label: "5 min", seconds: 300 },
  { label: "15 min", seconds: 900 },
  { label: "1 hour", seconds: 3_600 },
  { label: "6 hours", seconds: 21_600 },
  { label: "1 day", seconds: 86_400 },
  { label: "1 week", seconds: 604_800 },
] as const;

export const CRONS = [
  { label: "Hourly", expression: "0 * * * *" },
  { label: "Nightly 02:30", expression: "30 2 * * *" },
  { label: "Weekdays 09:00", expression: "0 9 * * 1-5" },
  { label: "Mondays 06:00", expression: "0 6 * * 1" },
  { label: "Monthly on the 1st", expression: "0 3 1 * *" },
] as const;

export const CALENDARS = [
  { label: "Hourly", expression: "hourly" },
  { label: "Nightly 02:30", expression: "*-*-* 02:30" },
  { label: "Weekdays 09:00", expression: "Mon..Fri 09:00" },
  { label: "Mondays 06:00", expression: "Mon *-*-* 06:00" },
  { label: "Monthly on the 1st", expression: "*-*-01 03:00" },
] as const;
