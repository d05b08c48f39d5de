import { type Instant, SECOND_MS } from "../time.ts";
import type { Attitude, CheckSettings, Reason } from "./check.ts";
import { type Draft, evidenceOf } from "./draft.ts";
import type { Ping } from "./event.ts";
import { goDown, notice } from "./flips.ts";

/** A second run starts while another is open and within its limit. */
export function checkOverlap(draft: Draft, ping: Ping): void {
  const other = draft.memory.openRuns.find((run) => !run.overlong && run.id !== ping.id);
  if (other !== undefined) object(draft, ping, { reason: "overlap", attitude: draft.settings.overlap });
}

/** The slot that this ping begins was begun by another host. */
export function checkHosts(draft: Draft, ping: Ping): void {
  const { memory, settings } = draft;
  if (settings.hostDuplicates === "allow" || ping.host === null) return;
  const slotAt = slotBegunBy(draft, ping.at);
  if (memory.slotHost?.slotAt !== slotAt) memory.slotHost = { slotAt, host: ping.host };
  else if (memory.slotHost.host !== ping.host)
    object(draft, ping, { reason: "host-duplicate", attitude: settings.hostDuplicates });
}

/** Counts a ping, or a run that begins. Answers whether more came within the slot or window than may. */
export function isTooOften(draft: Draft, what: "pings" | "runs", at: Instant): boolean {
  const { memory, settings } = draft;
  const { tooOften } = settings;
  if (tooOften === null || tooOften.of !== what) return false;
  const slotAt = tooOften.windowSeconds === null ? slotBegunBy(draft, at) : null;
  const counted = memory.burst.slotAt === slotAt ? memory.burst.at : [];
  const from = tooOften.windowSeconds === null ? -Infinity : at - tooOften.windowSeconds * SECOND_MS;
  const within = [...counted, at].filter((one) => one > from).slice(-tooOften.count - 1);
  memory.burst = { slotAt, at: within };
  return within.length > tooOften.count;
}

/** The check goes down for this ping, whatever it tolerates. */
export function alertTooOften(draft: Draft, ping: Ping): void {
  object(draft, ping, { reason: "too-often", attitude: "alert" });
}

function object(
  draft: Draft,
  ping: Ping,
  { reason, attitude }: { reason: Reason; attitude: Attitude },
): void {
  if (attitude === "allow") return;
  const evidence = evidenceOf(draft, { runId: ping.id, pingNumber: draft.pingNumber });
  const trouble = { at: ping.at, reason, evidence };
  if (attitude === "note") notice(draft, trouble);
  else goDown(draft, trouble);
}

/** The slot that something at `at` falls into: the next one where it is due or near, else the one before. */
function slotBegunBy({ memory, settings }: Draft, at: Instant): Instant {
  const { slotAt, lastSlot } = memory;
  if (slotAt !== null && at >= slotAt - nearMs(settings)) return slotAt;
  return lastSlot?.dueAt ?? 0;
}

function nearMs({ schedule, earlyMarginSeconds }: CheckSettings): number {
  return schedule.kind === "interval"
    ? schedule.everySeconds * (SECOND_MS / 2)
    : earlyMarginSeconds * SECOND_MS;
}
