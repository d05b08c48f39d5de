import { type Instant, SECOND_MS } from "../time.ts";
import type { Attitude, Reason } from "./check.ts";
import { type Draft, evidenceOf } from "./draft.ts";
import type { Ping } from "./event.ts";
import { goDown, notice, type Trouble } from "./flips.ts";
import { earlyMs } from "./slot-outcome.ts";
import { NO_SLOT } from "./slots.ts";

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

/** The check goes down for this ping, whatever it tolerates; a paused one only where it would have gone up. */
export function alertTooOften(draft: Draft, ping: Ping): void {
  const isEnd = ping.kind === "success" || ping.kind === "fail";
  if (isEnd || draft.state.status !== "paused") goDown(draft, troubleOf(draft, ping, "too-often"));
}

function object(
  draft: Draft,
  ping: Ping,
  { reason, attitude }: { reason: Reason; attitude: Attitude },
): void {
  if (attitude === "allow") return;
  const trouble = troubleOf(draft, ping, reason);
  if (attitude === "note") notice(draft, trouble);
  else if (draft.state.status !== "paused") goDown(draft, trouble);
}

function troubleOf(draft: Draft, ping: Ping, reason: Reason): Trouble {
  const evidence = evidenceOf(draft, { runId: ping.id, pingNumber: draft.pingNumber });
  return { at: ping.at, reason, evidence };
}

/** The slot that something at `at` would count for: the next one where it is due or near, else the one before. */
function slotBegunBy({ memory, settings }: Draft, at: Instant): Instant {
  const { slotAt, lastSlot } = memory;
  if (slotAt !== null && at >= slotAt - earlyMs(settings, lastSlot, slotAt)) return slotAt;
  return lastSlot?.dueAt ?? NO_SLOT;
}
