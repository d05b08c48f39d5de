import { isTimerUnit, readEventBridge, readTimerUnit, readYamlLines } from "./declarations.ts";
import { readCall, readEjbTimer } from "./calls.ts";
import { readCrontab } from "./crontab.ts";
import { readLaravel } from "./laravel.ts";
import { readPythonCall } from "./python.ts";
import { type Reading, reading, secondsOfSpan } from "./reading.ts";
import { isAbbreviationOf } from "./zone-abbreviations.ts";

/** `keepsEvery`: the chosen scheduler reads `@every` itself. */
type Pasted = { kind: "cron" | "oncalendar"; expression: string; timezone: string; keepsEvery?: boolean };

/**
 * Reads a text that somebody pasted as an expression: a bare expression, lines of a crontab with their commands, a systemd timer,
 * YAML of Kubernetes or GitHub, an EventBridge line, or a few lines of code. Null: none of these; the parser then says what is
 * wrong.
 * @throws ScheduleError for an EventBridge line with years, and for a timer that does not say when
 */
export function readPasted({ kind, expression, timezone, keepsEvery }: Pasted): Reading | null {
  const lines = expression.split("\n").map((line) => unquote(line.trim()));
  if (isTimerUnit(expression)) return readTimerUnit(lines);
  if (kind === "oncalendar") return readCalendarLines(lines, timezone);
  const text = lines.join(" ").trim();
  return (
    readEventBridge(text) ??
    readSpan(text) ??
    readLaravel(text) ??
    readPythonCall(text) ??
    readEjbTimer(text) ??
    readCall(expression) ??
    readYamlLines(lines, keepsEvery) ??
    readCrontab(lines, keepsEvery)
  );
}

/** `5m` and `every 5 minutes` are intervals; a bare number is not. */
function readSpan(text: string): Reading | null {
  const [, span = ""] = /^(?:every\s+)?(\d.*[a-z])$/i.exec(text) ?? [];
  const everySeconds = secondsOfSpan(span);
  return everySeconds === null ? null : reading({ kind: "interval", everySeconds });
}

function readCalendarLines(lines: readonly string[], timezone: string): Reading | null {
  const left = lines.filter((line) => line !== "" && !/^[#;]/.test(line));
  if (left.length === 0) return null;
  return reading({ kind: "oncalendar", lines: left.map((line) => withoutLocalZone(line, timezone)) });
}

/** Removes the abbreviation of the machine's own zone, which systemd accepts after a line: the line has that zone anyway. */
function withoutLocalZone(line: string, timezone: string): string {
  const space = line.lastIndexOf(" ");
  const last = line.slice(space + 1);
  const isLocal = last === "localtime" || isAbbreviationOf(last, timezone);
  return space > 0 && isLocal ? line.slice(0, space) : line;
}

/** Removes quotes around a line, which may have been copied with it from a page or a script. */
function unquote(line: string): string {
  return line.replace(/^([`"'])(.*)\1$/, "$2").trim();
}
