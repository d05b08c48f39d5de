/** When a job is due. Cron and OnCalendar may have several lines; the earliest wins. */
export type Schedule =
  | { kind: "interval"; everySeconds: number }
  | { kind: "cron"; expression: string; timezone: string }
  | { kind: "oncalendar"; expression: string; timezone: string };
