import { secondsInWords } from "../time/duration.ts";
import { instant } from "../time/instant.ts";
import { weekdaysText } from "../time/weekdays.ts";
import { zonedText } from "../time/zoned.ts";

/** When planned work is, as the API tells it. */
export type Rule =
  | { kind: "once"; from: string; until: string }
  | { kind: "weekly"; weekdays: number[]; time: string; minutes: number; timezone: string }
  | { kind: "cron"; expression: string; minutes: number; timezone: string };

/** "Sunday at 02:00 (Europe/Berlin), for 2 hours". A single span is told in `zone`. */
export function ruleText(rule: Rule, zone: string): string {
  switch (rule.kind) {
    case "once":
      return `Once, ${zonedText(instant(rule.from), zone)} to ${zonedText(instant(rule.until), zone)}`;
    case "weekly":
      return `${capital(weekdaysText(rule.weekdays))} at ${rule.time} (${rule.timezone}), for ${minutesText(rule.minutes)}`;
    case "cron":
      return `As cron says (${rule.expression}, ${rule.timezone}), for ${minutesText(rule.minutes)}`;
  }
}

function minutesText(minutes: number): string {
  return secondsInWords(minutes * 60);
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
