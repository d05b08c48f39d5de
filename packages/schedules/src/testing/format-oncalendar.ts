import { type Chain, MICROS_PER_SECOND } from "../oncalendar/chain.ts";
import { type OnCalendar, SHORT_NAMES, type Weekdays } from "../oncalendar/parse.ts";

/** The line as `systemd-analyze calendar` prints its normalized form. */
export function formatOnCalendar(line: OnCalendar): string {
  const date = `${chain(line.years, 4)}-${chain(line.months, 2)}${line.daysFromEnd ? "~" : "-"}${chain(line.days, 2)}`;
  const time = `${chain(line.hours, 2)}:${chain(line.minutes, 2)}:${seconds(line.seconds)}`;
  const parts = [line.weekdays && formatWeekdays(line.weekdays), date, time, line.timezone];
  return parts.filter((part) => part !== null).join(" ");
}

/** Runs of three days or more as `Mon..Fri`, others as a list. */
function formatWeekdays(weekdays: NonNullable<Weekdays>): string {
  const runs = [...weekdays].join("").matchAll(/1+/g);
  return [...runs].map((run) => nameRun(run.index, run.index + run[0].length - 1)).join(",");
}

function nameRun(first: number, last: number): string {
  const names = SHORT_NAMES.slice(first, last + 1);
  return names.length > 2 ? `${names[0]}..${names.at(-1)}` : names.join(",");
}

function chain(components: Chain, width: number): string {
  if (components === null) return "*";
  const padNumber = (value: number) => String(value).padStart(width, "0");
  return components
    .map(({ start, stop, repeat }) => {
      const range = stop === null ? padNumber(start) : `${padNumber(start)}..${padNumber(stop)}`;
      return repeat > 0 && !(stop !== null && repeat === 1) ? `${range}/${repeat}` : range;
    })
    .join(",");
}

function seconds(components: Chain): string {
  if (!components || components.some(isEverySecond)) return "*";
  return components
    .map(({ start, stop, repeat }) => {
      const range = stop === null ? decimal(start, 2) : `${decimal(start, 2)}..${decimal(stop, 2)}`;
      return repeat > 0 && !(stop !== null && repeat === MICROS_PER_SECOND)
        ? `${range}/${decimal(repeat, 1)}`
        : range;
    })
    .join(",");
}

function isEverySecond({ start, stop, repeat }: NonNullable<Chain>[number]): boolean {
  return start === 0 && stop === null && repeat === MICROS_PER_SECOND;
}

function decimal(micros: number, width: number): string {
  const whole = String(Math.floor(micros / MICROS_PER_SECOND)).padStart(width, "0");
  const fraction = micros % MICROS_PER_SECOND;
  return fraction === 0 ? whole : `${whole}.${String(fraction).padStart(6, "0")}`;
}
