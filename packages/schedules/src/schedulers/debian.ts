import { ScheduleError } from "../schedule-error.ts";
import { COMMON, derive, preset } from "./scheduler.ts";

const debian = derive(COMMON, {
  quirks: { line: refuseStarAsCommand },
  behind: "command",
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
    longGap: { hours: 3, effect: "skipped" },
    repeat: "first",
  },
});

const cronie = derive(debian, {
  grammar: { rest: "refused" },
  quirks: {
    line(text) {
      refuseStarAsCommand(text);
      if (/^\s/.test(text))
        throw new ScheduleError("cronie takes no blank before the first field: remove it.");
      // A leading "-" is an option: root's job is not logged.
      return text.replace(/^-/, "");
    },
  },
});

/** Six fields are taken for five and a command, and a command may not begin with a star. */
function refuseStarAsCommand(line: string): string {
  if (/^\S+(?:\s+\S+){4}\s+\*/.test(line.trim()))
    throw new ScheduleError(
      "The sixth word would be the command, and cron takes none that begins with a star: leave out the seconds.",
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
  source: "cronie's source, its own loop run with a simulated clock",
  rules: cronie,
});
