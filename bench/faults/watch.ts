import { setTimeout as wait } from "node:timers/promises";

import type { Fault } from "./faults.ts";
import type { Pair } from "./pair.ts";

/** What was seen of one fault; times in milliseconds since its beginning, `wellMs` since its end; null: not within the time. */
export type Seen = {
  live: string;
  ready: string;
  readyMs: number | null;
  mailedMs: number | null;
  otherMs: number | null;
  wellMs: number | null;
};

const POLL_MS = 250;
/** The heartbeat comes each minute, and its check has a minute of grace. */
const FAULT_MS_MAX = 240_000;
const WELL_MS_MAX = 240_000;

/** Brings the fault about, watches until all that must notice it has, ends it, and waits until all is well again. */
export async function watch(pair: Pair, fault: Fault): Promise<Seen> {
  const seen: Seen = {
    live: "200",
    ready: "200",
    readyMs: null,
    mailedMs: null,
    otherMs: null,
    wellMs: null,
  };
  const begun = performance.now();
  const end = fault.begin(pair);
  try {
    while (performance.now() - begun < FAULT_MS_MAX && fault.expects.some((what) => seen[what] === null)) {
      await look(pair, { seen, fault, begun });
      await wait(POLL_MS);
    }
  } finally {
    end();
  }
  const ended = performance.now();
  while (performance.now() - ended < WELL_MS_MAX && seen.wellMs === null) {
    const isUp = pair.alerts.some(
      ({ at, from, type }) => at > ended && from === fault.alertsOf && !isDown(type),
    );
    const hasAlerted = seen.otherMs !== null;
    if ((await isWell(pair)) && (isUp || !hasAlerted)) seen.wellMs = performance.now() - ended;
    // What could not be sent during the fault is sent now.
    noteMail(pair, { seen, begun });
    await wait(POLL_MS);
  }
  return seen;
}

type Looking = { seen: Seen; fault: Fault; begun: number };

async function look(pair: Pair, { seen, fault, begun }: Looking): Promise<void> {
  const [live, ready] = await Promise.all([
    ask(`${pair.watched.origin}/health/live`),
    ask(`${pair.watched.origin}/health/ready`),
  ]);
  const since = performance.now() - begun;
  if (live.status !== 200 && seen.live === "200")
    seen.live = `${statusText(live.status)} after ${seconds(since)}`;
  if (seen.readyMs === null && (ready.status !== 200 || ready.isWarning)) {
    seen.readyMs = since;
    seen.ready = `${ready.status === 200 ? "200 with a warning" : statusText(ready.status)} after ${seconds(since)}`;
  }
  noteMail(pair, { seen, begun });
  const alert = pair.alerts.find(
    ({ at, from, type }) => at > begun && from === fault.alertsOf && isDown(type),
  );
  seen.otherMs ??= alert === undefined ? null : alert.at - begun;
}

function noteMail({ mails, watched }: Pair, { seen, begun }: Pick<Looking, "seen" | "begun">): void {
  const to = `operator-${new URL(watched.origin).port}`;
  const mail = mails.find(({ at, subject }) => at > begun && subject.includes(to));
  seen.mailedMs ??= mail === undefined ? null : mail.at - begun;
}

async function isWell({ watched, other }: Pair): Promise<boolean> {
  const pages = await Promise.all([watched, other].map(({ origin }) => ask(`${origin}/health/ready`)));
  return pages.every(({ status, isWarning }) => status === 200 && !isWarning);
}

async function ask(url: string): Promise<{ status: number; isWarning: boolean }> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(3_000) });
    const body = (await response.json()) as { warnings?: unknown[] };
    return { status: response.status, isWarning: (body.warnings ?? []).length > 0 };
  } catch {
    return { status: 0, isWarning: false };
  }
}

function isDown(type: string): boolean {
  return type.endsWith("down");
}

function statusText(status: number): string {
  return status === 0 ? "no answer" : String(status);
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(0)} s`;
}
