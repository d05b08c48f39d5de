/** "99.95%": never rounded up to 100, which would hide a fault. */
export function percentText(share: number | null): string {
  if (share === null) return "–";
  const floored = Math.floor(share * 10_000) / 100;
  return share >= 1 ? "100%" : `${floored.toFixed(2).replace(/\.?0+$/, "")}%`;
}

type Named = { every: "week" | "month"; from: string; until: string; timezone: string; isOver: boolean };

/** "November 2026", "16 November to 22 November 2026", "November 2026 so far". */
export function periodText({ every, from, until, timezone, isOver }: Named): string {
  const soFar = isOver ? "" : " so far";
  if (every === "month") return inZone(from, timezone, { month: "long", year: "numeric" }) + soFar;
  const day = { day: "numeric", month: "long" } as const;
  const last = new Date(Date.parse(until) - 1).toISOString();
  return `${inZone(from, timezone, day)} to ${inZone(last, timezone, { ...day, year: "numeric" })}${soFar}`;
}

function inZone(at: string, timeZone: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat("en-GB", { ...options, timeZone }).format(Date.parse(at));
}

/** What the figures exclude, in words; null where they exclude nothing. */
export function exclusionsText(
  { pausedChecks, maintenanceChecks }: { pausedChecks: number; maintenanceChecks: number },
  outage: string | null,
): string | null {
  const checks = (count: number) => `${count} ${count === 1 ? "check" : "checks"}`;
  const parts = [
    ...(pausedChecks > 0 ? [`pauses of ${checks(pausedChecks)}`] : []),
    ...(maintenanceChecks > 0 ? [`maintenance of ${checks(maintenanceChecks)}`] : []),
    ...(outage === null ? [] : [`${outage} in which Overdue could not receive pings`]),
  ];
  return parts.length === 0 ? null : parts.join(", ");
}
