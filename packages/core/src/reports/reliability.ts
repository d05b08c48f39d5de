/**
 * How many slots of a span had each outcome. `maintenance` and `outage` slots are excluded: they count neither for nor
 * against a check. Paused time has no slots, so it does not count either.
 */
export type SlotCounts = {
  onTime: number;
  late: number;
  failed: number;
  missed: number;
  maintenance: number;
  /** Overdue itself could not receive pings. */
  outage: number;
};

/** What happened to a check in a span. Means are in milliseconds, over the number of incidents or runs before them. */
export type CheckReliability = SlotCounts & {
  /** How often it went down: incidents that opened in the span. */
  downs: number;
  /** Of those, how many a person acknowledged, and how long that took on average. */
  acknowledged: number;
  acknowledgeMs: number | null;
  /** Of those, how many were resolved, and how long they lasted on average. */
  recovered: number;
  recoverMs: number | null;
  /** How many runs with a known duration ended, and how long they took. */
  runs: number;
  meanMs: number | null;
  longestMs: number | null;
};

/** The figures of several checks together; see `summariseReliability`. */
export type Reliability = Omit<CheckReliability, "runs" | "meanMs"> & {
  checks: number;
  uptime: number | null;
};

/**
 * The share of slots that were met, from 0 to 1; null if none was due. A slot that was met late counts as met, since the
 * job ran. Every page and response that states the uptime of a check uses this.
 */
export function slotUptime({ onTime, late, failed, missed }: Omit<SlotCounts, "maintenance" | "outage">) {
  const due = onTime + late + failed + missed;
  return due === 0 ? null : (onTime + late) / due;
}

/**
 * The figures of several checks together. The uptime is the mean over the checks, each counting the same, since otherwise
 * a job that runs every minute would hide that the nightly backup never ran. Other figures are sums, or means over all
 * incidents.
 */
export function summariseReliability(checks: readonly CheckReliability[]): Reliability {
  const sum = (of: (check: CheckReliability) => number) =>
    checks.reduce((total, check) => total + of(check), 0);
  const uptimes = checks.flatMap((check) => slotUptime(check) ?? []);
  const longest = checks.flatMap(({ longestMs }) => longestMs ?? []);
  return {
    checks: checks.length,
    uptime: uptimes.length === 0 ? null : uptimes.reduce((total, one) => total + one, 0) / uptimes.length,
    onTime: sum(({ onTime }) => onTime),
    late: sum(({ late }) => late),
    failed: sum(({ failed }) => failed),
    missed: sum(({ missed }) => missed),
    maintenance: sum(({ maintenance }) => maintenance),
    outage: sum(({ outage }) => outage),
    downs: sum(({ downs }) => downs),
    acknowledged: sum(({ acknowledged }) => acknowledged),
    acknowledgeMs: meanOver(checks, ({ acknowledged, acknowledgeMs }) => [acknowledged, acknowledgeMs]),
    recovered: sum(({ recovered }) => recovered),
    recoverMs: meanOver(checks, ({ recovered, recoverMs }) => [recovered, recoverMs]),
    longestMs: longest.length === 0 ? null : longest.reduce((one, other) => Math.max(one, other)),
  };
}

/** The mean over all incidents, from the mean of each check. */
function meanOver(
  checks: readonly CheckReliability[],
  of: (check: CheckReliability) => [count: number, meanMs: number | null],
): number | null {
  let [count, total] = [0, 0];
  for (const check of checks) {
    const [some, meanMs] = of(check);
    count += some;
    total += some * (meanMs ?? 0);
  }
  return count === 0 ? null : Math.round(total / count);
}
