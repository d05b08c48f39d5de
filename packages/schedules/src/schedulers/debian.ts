import { ScheduleError } from "../schedule-error.ts";
import { COMMON, derive, preset } from "./scheduler.ts";

const debian = derive(COMMON, {
  quirks: { line: refuseStarAsCommand },
  afterFields: "command",
  grammar: {
    bounds: { weekday: { min: 0, max: 7 } },
    backward: "never",
    stepFromNumber: "refused",
    rest: "ends field",
  },
  days: { open: "begins with star" },
  clock: {
    elapsed: "minute or hour begins with star",
    gap: "after",
    // cron waits 10 s after each.
    madeUpPerMinute: 6,
    longGap: { hours: 3, effect: "skipped" },
    repeat: "first",
  },
});

const cronie = derive(debian, {
  grammar: { rest: "refused" },
  quirks: {
    // cronie draws one value of the range whenever it loads the crontab.
    drawn(line) {
      const bound = (end: 1 | 2) =>
        line
          .replace(/^\s*-/, "")
          .split(/\s+/)
          .map((word, index) => boundOf(word, index, end))
          .join(" ");
      return /^(?:\S+\s+){0,4}\S*~/.test(line) ? { from: bound(1), until: bound(2) } : null;
    },
    line(text) {
      refuseStarAsCommand(text);
      if (/^\s/.test(text))
        throw new ScheduleError("cronie accepts no space before the first field: remove it.");
      // A leading "-" is an option: root's job is not logged.
      return text.replace(/^-/, "");
    },
  },
});

const FIELD_BOUNDS = ["0~59", "0~23", "1~31", "1~12", "0~6"];

/** Replaces each `10~20` in a field by its first or last number. A side that is left out is the bound of the field. */
function boundOf(word: string, index: number, end: 1 | 2): string {
  const [low = "", high = ""] = FIELD_BOUNDS[index]?.split("~") ?? [];
  if (low === "") return word;
  return word
    .split(",")
    .map((entry) => {
      const [, from, until] = /^(\w*)~(\w*)$/.exec(entry) ?? [];
      if (from === undefined || until === undefined) return entry;
      if (Number(from || low) > Number(until || high))
        throw new ScheduleError(`“${entry}” runs backwards: write the smaller number first.`);
      return end === 1 ? from || low : until || high;
    })
    .join(",");
}

/** Six fields are read as five and a command, and a command may not begin with a star. */
function refuseStarAsCommand(line: string): string {
  if (/^\S+(?:\s+\S+){4}\s+\*/.test(line.trim()))
    throw new ScheduleError(
      "The sixth word would be the command, and cron accepts no command that begins with a star: leave out the seconds.",
    );
  return line;
}

export const DEBIAN_CRON = preset({
  id: "debian-cron",
  label: "cron (Debian, Ubuntu, most Linux)",
  family: "Linux",
  names: ["cron", "Debian", "Ubuntu", "Vixie cron"],
  version: "cron 3.0pl1-162",
  source: "Debian's source with its patches, its own loop run with a simulated clock",
  rules: debian,
});

export const CRONIE = preset({
  id: "cronie",
  label: "cronie (RHEL, Fedora, Rocky, Arch)",
  family: "Linux",
  names: ["cronie", "Red Hat", "RHEL", "Fedora", "Rocky", "AlmaLinux", "Arch", "SUSE"],
  version: "cronie 1.7.2",
  drawn: {
    sign: /^\s*-?(?:\S+\s+){0,4}\S*~/m,
    text: "cronie draws one time of each range with ~ whenever it loads the crontab: any time of the range is on time.",
  },
  source: "cronie's source, its own loop run with a simulated clock",
  rules: cronie,
});
