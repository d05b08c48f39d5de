/** What a unit reports of one of its runs: that it was started, is up or has ended; `outcome`: another unit learned how it ended. */
const EVENTS = ["started", "up", "ended", "outcome"] as const;
export type Event = (typeof EVENTS)[number];

/** Where units put what they tell, by systemd's specifier for the folder that is emptied at boot. */
export const FOLDER = "overdue/units";

const VALUES: Record<Event, string[]> = {
  started: [],
  up: [],
  ended: ["$SERVICE_RESULT", "$EXIT_CODE", "$EXIT_STATUS"],
  outcome: [
    "$MONITOR_SERVICE_RESULT",
    "$MONITOR_EXIT_CODE",
    "$MONITOR_EXIT_STATUS",
    "$MONITOR_INVOCATION_ID",
  ],
};

/**
 * The command with which a unit notes what happened: a shell and a file, some milliseconds and a megabyte, so that neither a
 * unit's memory limit nor its missing network is in the way, and nothing waits for a server.
 */
export function recordLine(event: Event, unit: string): string {
  const values = ['"$2"', '"$up"', ...VALUES[event].map((value) => `"${value}"`)].join(" ");
  const name = `$INVOCATION_ID.${event}`;
  const script = `read up idle < /proc/uptime; umask 077; mkdir -p "$1" && cd "$1" && printf "%s\\n" ${values} > ".${name}" && mv ".${name}" "${name}"`;
  // systemd would expand both itself.
  const escaped = script.replaceAll("$", "$$$$").replaceAll("%", "%%").replaceAll("\\", "\\\\");
  return `/bin/sh -c '${escaped}' sh %t/${FOLDER} ${unit}`;
}

/** A record as it was read. `uptime` in seconds since boot; `at`: when the file was written. */
export type UnitRecord = {
  event: Event;
  unit: string;
  /** Of the run; of the handler for what failed without one. */
  invocationId: string;
  uptime: number | null;
  at: number;
  /** `$SERVICE_RESULT`, `$EXIT_CODE` and `$EXIT_STATUS`; empty where systemd says nothing. */
  result: string;
  exitCode: string;
  exitStatus: string;
  /** Of an outcome: the run that it tells of, where systemd knows one. */
  of: string | null;
};

/** Reads a file of the folder; null for one of any other name or form. */
export function readRecord(name: string, text: string, at: number): UnitRecord | null {
  const [, invocationId, event] = /^([0-9a-f]{32})\.(\w+)$/.exec(name) ?? [];
  const known = EVENTS.find((each) => each === event);
  const [unit = "", uptime = "", result = "", exitCode = "", exitStatus = "", of = ""] = text.split("\n");
  if (known === undefined || invocationId === undefined || unit === "") return null;
  return {
    event: known,
    unit,
    invocationId,
    uptime: /^\d+(?:\.\d+)?$/.test(uptime) ? Number(uptime) : null,
    at,
    result,
    exitCode,
    exitStatus,
    of: /^[0-9a-f]{32}$/.test(of) ? of : null,
  };
}
