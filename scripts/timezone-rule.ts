const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3600;

type Change = { month: number; week: number; weekday: number; time: number };

/**
 * The offset in seconds of a rule such as `EET-2EEST,M3.5.0/3,M10.5.0/4` at `seconds` since 1970. In POSIX, offsets west of
 * Greenwich are positive. Only the `M` form of dates is read, because the tz database uses no other.
 */
export function offsetByRule(rule: string, seconds: number): number {
  const [zones = "", ...dates] = rule.split(",");
  const [, standardText = "0", summerName, summerText] =
    /^(?:<[^>]+>|[A-Za-z]+)([-+\d:]+)(<[^>]+>|[A-Za-z]+)?([-+\d:]+)?$/.exec(zones) ?? [];
  const standard = -durationOf(standardText);
  const [start, end] = dates.map(parseChange);
  if (summerName === undefined || start === undefined || end === undefined) return standard;
  const summer = summerText === undefined ? standard + HOUR_SECONDS : -durationOf(summerText);
  const year = new Date((seconds + standard) * 1000).getUTCFullYear();
  const from = momentOf(start, year) - standard;
  const until = momentOf(end, year) - summer;
  const isSummer = from < until ? seconds >= from && seconds < until : seconds >= from || seconds < until;
  return isSummer ? summer : standard;
}

function durationOf(text: string): number {
  const sign = text.startsWith("-") ? -1 : 1;
  const [hours = 0, minutes = 0, seconds = 0] = text.replace(/^[-+]/, "").split(":").map(Number);
  return sign * (hours * HOUR_SECONDS + minutes * 60 + seconds);
}

function parseChange(text: string): Change {
  const [date = "", time = "2"] = text.split("/");
  const [month = 1, week = 1, weekday = 0] = date.slice(1).split(".").map(Number);
  return { month, week, weekday, time: durationOf(time) };
}

/** The wall time of the change, in seconds as if the clock were in UTC. Week 5 is the last of the month. */
function momentOf({ month, week, weekday, time }: Change, year: number): number {
  const first = Date.UTC(year, month - 1, 1) / 1000;
  const length = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const firstWeekday = (((weekday - new Date(first * 1000).getUTCDay()) % 7) + 7) % 7;
  const days = firstWeekday + (week - 1) * 7;
  return first + (days < length ? days : days - 7) * DAY_SECONDS + time;
}
