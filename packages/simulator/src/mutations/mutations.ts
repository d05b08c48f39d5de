import { posix } from "node:path";

/** A fault in one line of the state machine. `shownBy`: the check (25 days) or world that shows it, if seed 1 does not. */
export type Mutation = { name: string; file: string; line: string; becomes: string; shownBy?: ShownBy };
type ShownBy = { seed: number; check: number } | { seed: number; world: number };

export const mutations: readonly Mutation[] = [
  mutation("a ping at the deadline is in time", "deadlines/evaluate-deadlines", {
    line: "slotBy !== null && slotBy <= now",
    becomes: "slotBy !== null && slotBy < now",
  }),
  mutation("a run may take its limit to the last instant", "deadlines/evaluate-deadlines", {
    line: "run.deadlineAt <= now &&",
    becomes: "run.deadlineAt < now - 1 &&",
  }),
  mutation("a down flip is dated a second late", "deadlines/evaluate-deadlines", {
    line: "const violation = { at, evidence:",
    becomes: "const violation = { at: at + 1000, evidence:",
  }),
  mutation("the grace is a second short", "deadlines/postpone-deadlines", {
    line: "(settings.jitterSeconds + settings.graceSeconds)",
    becomes: "(settings.jitterSeconds + settings.graceSeconds - 1)",
  }),
  mutation("deadlines inside an outage are evaluated", "deadlines/postpone-deadlines", {
    line: "if (span.from > outage.until || deadlineAt < outage.from) continue;",
    becomes: "if (outages.length > 0) continue;",
  }),
  mutation("after an outage there is no grace", "deadlines/postpone-deadlines", {
    line: "Math.min(outage.until + graceMs, latest)",
    becomes: "Math.min(outage.until, latest)",
  }),
  mutation("a slot inside an outage is called missed", "slots/settle-slots", {
    line: 'if (isInOutage(outages, dueAt)) return { ...slot, outcome: "excluded" };',
    becomes: "",
  }),
  mutation("a check that is down goes down again", "state/flips", {
    line: 'if (draft.state.status === "down") return;',
    becomes: "",
  }),
  mutation("an incident is never resolved", "state/flips", {
    line: 'if (from === "down") draft.effects.push',
    becomes: 'if (from === "new") draft.effects.push',
  }),
  mutation("nobody is notified that the check is up again", "state/flips", {
    line: 'to === "down" || (state.status === "down" && to === "up")',
    becomes: 'to === "down"',
  }),
  mutation("every run may take an hour", "deadlines/postpone-deadlines", {
    line: "settings.maxRuntimeSeconds ?? settings.graceSeconds",
    becomes: "settings.maxRuntimeSeconds ?? 3600",
  }),
  mutation("a paused check is woken by any ping", "runs/receive-ping", {
    line: 'if (state.status === "paused" && settings.manualResume)',
    becomes: 'if (state.status === "new" && settings.manualResume)',
  }),
  mutation("a retry counts as another ping", "runs/end", {
    line: "if (before !== null && isRetry(before, ping))",
    becomes: "if (before !== null && before.id === ping.id)",
  }),
  mutation("a pause leaves runs open", "state/pause", {
    line: "for (const run of draft.memory.openRuns) abandonRun(draft, run, at);",
    becomes: "",
  }),
  mutation("a paused check is still waited for", "state/pause", {
    line: "draft.memory.slotAt = null;",
    becomes: "",
  }),
  mutation("an interval counts from its slot, not from its ping", "slots/settle-slots", {
    line: "memory.slotAt = nextAfter(settings.schedule, countsFrom(draft, coming, firstAt));",
    becomes: "memory.slotAt = nextAfter(settings.schedule, memory.lastSlot?.dueAt ?? coming.at);",
  }),
  mutation("jitter is forgotten", "deadlines/postpone-deadlines", {
    line: "(settings.jitterSeconds + settings.graceSeconds)",
    becomes: "settings.graceSeconds",
  }),
  mutation("a max runtime is ignored", "deadlines/postpone-deadlines", {
    line: "settings.maxRuntimeSeconds ?? settings.graceSeconds",
    becomes: "settings.graceSeconds",
  }),
  mutation("an end without an id closes the newest run", "runs/match-end", {
    line: "return waitedFor ?? inTime[0] ?? runs.at(-1) ?? null;",
    becomes: "return runs.at(-1) ?? null;",
  }),
  mutation("a good end hides a newer run that hangs", "runs/end", {
    line: "if (open.overlong && open.startedAt < startedAt)",
    becomes: "if (open.overlong)",
  }),
  mutation("a good end hides an older run that may hang", "runs/end", {
    line: "if (open.overlong && open.startedAt < startedAt)",
    becomes: "if (open.startedAt < startedAt)",
  }),
  mutation("an up check is evaluated as rarely as a down one", "deadlines/next-deadline", {
    line: 'if (deadlineAt === null || status !== "down" ||',
    becomes: "if (deadlineAt === null ||",
  }),
  mutation("an alert is dated when it is noticed", "state/flips", {
    line: "const at = Math.max(change.at, memory.flippedAt ?? change.at);",
    becomes:
      "const at = Math.max(change.at, memory.flippedAt ?? change.at, Number.isFinite(draft.knownUntil) ? draft.knownUntil : 0);",
  }),
  mutation("the watermark is ignored", "fold", {
    line: "return event.knownUntil ?? Infinity;",
    becomes: "return Infinity;",
  }),
  mutation("an outage is forgotten", "deadlines/postpone-deadlines", {
    line: "memory.outages = [...memory.outages, outage].slice(-OUTAGES_MAX);",
    becomes: "memory.outages = [];",
  }),
  mutation("every incident is opened twice", "state/flips", {
    line: 'draft.effects.push({ kind: "incident-opened", at: flippedAt, deadlineSeq, reason, evidence });',
    becomes:
      'for (const seq of [deadlineSeq, deadlineSeq]) draft.effects.push({ kind: "incident-opened", at: flippedAt, deadlineSeq: seq, reason, evidence });',
  }),
  mutation("the early margin is ignored", "slots/slot-outcome", {
    line: "Math.max(earlyMarginSeconds * SECOND_MS, Math.min(MINUTE_MS, gapMs / 10))",
    becomes: "Math.min(MINUTE_MS, gapMs / 10)",
  }),
  mutation("no clock may be ahead", "slots/slot-outcome", {
    line: "Math.max(earlyMarginSeconds * SECOND_MS, Math.min(MINUTE_MS, gapMs / 10))",
    becomes: "earlyMarginSeconds * SECOND_MS",
  }),
  mutation("a ping for a slot that is due meets the next one too", "slots/settle-slots", {
    line: "const isAhead = !isBegun && !isQueued && !isFirst && takeEarly(draft, coming);",
    becomes: "const isAhead = takeEarly(draft, coming);",
  }),
  mutation("a run that began long before is early for the next slot", "slots/settle-slots", {
    line: "if (begunAt >= slotAt - marginMs) return true;",
    becomes: "if (begunAt <= at) return at >= slotAt - marginMs;",
  }),
  mutation("runs that are early stay a slot behind", "slots/settle-slots", {
    line: "if (isFixed) meetByRunBefore(draft, coming);",
    becomes: "",
  }),
  mutation("an end that is sent again is another run", "runs/end", {
    line: "if (repeated !== null) return applyRepeatedEnd(draft, repeated, ping);",
    becomes: "",
  }),
  mutation("the next run is taken for a repeat", "runs/repeats", {
    line: "return afterMs <= gapMs(draft) / (isHalf ? 2 : 10) || isSameSlot(draft, { from, at });",
    becomes: "return true;",
  }),
  mutation("what the other host of an interval begins ends the time of a retry", "runs/repeats", {
    line: "if (everyMs(draft.settings.schedule) !== null) return afterMs <= gapMs(draft) / 2;",
    becomes: "",
  }),
  mutation("a start that was early is not sent again once its slot is due", "runs/repeats", {
    line: "const isHalf = isSeries || isEarlyForNext(draft, from);",
    becomes: "const isHalf = isSeries;",
  }),
  mutation("a start is sent again for 90 s after the end alone", "runs/start", {
    line: "ping.at - ended.lateStartAt <= RESEND_MS",
    becomes: "false",
    shownBy: { seed: 202, world: 3875 },
  }),
  mutation("a start that was sent again moves what its end counts for", "runs/end", {
    line: "  return run?.firstStartAt ?? run?.startedAt ?? null;",
    becomes: "  return run?.startedAt ?? null;",
    shownBy: { seed: 202, world: 1260 },
  }),
  mutation("a ping that waited comes after the deadlines behind it", "fold", {
    line: "applyDeferred(draft, evaluatedUntil(event));",
    becomes: "",
    shownBy: { seed: 2, check: 601 },
  }),
  mutation("an end ends what perhaps goes on elsewhere", "runs/match-end", {
    line: "started.findLast(({ uncertain }) => uncertain === undefined);",
    becomes: "started.at(-1);",
  }),
  mutation("two ends that were exchanged are three", "runs/start", {
    line: "foreign !== undefined && hasOwnEnd(draft, foreign);",
    becomes: "foreign === null;",
  }),
  mutation("a start that is sent again is another run", "runs/start", {
    line: "if (isAgain && startRepeats <= REPEATS_MAX) {",
    becomes: "if (isAgain && startRepeats > 99) {",
  }),
  mutation("a start that comes after its end opens a run", "runs/start", {
    line: "const overtaken = hadStarts || isFirstRun(draft, ping) ? findOvertakingEnd(draft, ping) : null;",
    becomes: "const overtaken = null as HostEnd | null;",
  }),
  mutation("a start that is sent again after the end opens a run", "runs/start", {
    line: "const again = findRepeatedStart(draft, ping);",
    becomes: "const again = null as HostEnd | null;",
  }),
  mutation("an end that overtook its start stays a repeat", "runs/start", {
    line: "const mistaken = hadStarts ? findMistakenRepeat(draft, ping) : null;",
    becomes: "const mistaken = null as HostEnd | null;",
  }),
  mutation("a start that may be a repeat is waited for", "runs/start", {
    line: 'changeRun(draft, { ...run, uncertain: "again" });',
    becomes: "",
  }),
  mutation("a run that another replaced is waited for", "runs/runs", {
    line: 'changeRun(draft, { ...given, replaced: true, uncertain: "beside" });',
    becomes: "",
  }),
  mutation("a retry with a run id counts for half the grace only", "runs/repeats", {
    line: "return at >= from && at - from <= RESEND_MS && (isBeforeDue || isWithinResendTime(draft, { from, at }));",
    becomes: "return false;",
  }),
  mutation("an end counts for the slot in which it arrives", "runs/end", {
    line: "{ ...ping, begunAt: begunAt ?? ping.at }",
    becomes: "ping",
    shownBy: { seed: 6, check: 409 },
  }),
  mutation("runs that are made up are too many", "limits/violations", {
    line: "if (isTooMany && isMadeUp(draft, begunAt, namedAt)) return false;",
    becomes: "",
  }),
  mutation("a run that is made up belongs to the last slot", "slots/settle-slots", {
    line: "const madeUp = good && (isMet || isNamed) ? makeUp(draft, coming) : null;",
    becomes: "const madeUp = null as Slot | null;",
  }),
  mutation("a run is never counted for a slot that another's has settled", "slots/settle-slots", {
    line: "if (coming.good && due.length > 0) shareSlots",
    becomes: "if (due.length > 999) shareSlots",
  }),
  mutation("a run that waited for another is early for the next slot", "slots/made-up", {
    line: "return isAtOnce && hasShared(memory, begunAt) && belatedRuns(settings.schedule).atTheEnd;",
    becomes: "return false;",
    shownBy: { seed: 1, check: 705 },
  }),
  mutation("a slot that waited for the end of a run is early", "slots/slot-outcome", {
    line: "const byStart = !slot.isWaiting && (slot.isFirst || coming.arrivedAt >= slot.dueAt);",
    becomes: "const byStart = slot.isFirst || coming.arrivedAt >= slot.dueAt;",
  }),
  mutation("a slot that was skipped for a run is called missed", "slots/settle-slots", {
    line: 'const isSkipped = unmet.outcome === "missed" && runBefore(memory, dueAt) !== undefined;',
    becomes: "const isSkipped = false;",
  }),
  mutation("what a run is late by counts from before its slot", "slots/write-slots", {
    line: "if (last.lateMs !== null || coming.arrivedAt < last.dueAt) return last;",
    becomes: "if (last.lateMs !== null) return last;",
  }),
  mutation("one bad slot more is tolerated", "state/tolerance", {
    line: "return badInARow(verdicts) < tolerance.bad;",
    becomes: "return badInARow(verdicts) <= tolerance.bad;",
  }),
  mutation("the first good end gives up", "state/tolerance", {
    line: "memory.goodInARow >= settings.recoverAfter",
    becomes: "memory.goodInARow > 0",
  }),
  mutation("a window of too many never ends", "limits/violations", {
    line: "[...counted, at].filter((one) => one > from)",
    becomes: "[...counted, at].filter((one) => one > from - 3_600_000)",
  }),
  mutation("a second host is not seen once the slot has moved", "slots/write-slots", {
    line: "if (slotHost?.slotAt === slotAt)",
    becomes: "if (slotHost?.slotAt === -1)",
  }),
  mutation("progress does not extend", "runs/start", {
    line: "if (!draft.settings.progressExtends) return;",
    becomes: "return;",
  }),
  mutation("a new check is never waited for", "new-check", {
    line: "settings.alertBeforeFirstPing ? nextAfter(settings.schedule, createdAt) : null",
    becomes: "null",
  }),
  mutation("an edit evaluates by the new settings what was due before it", "state/edit", {
    line: "  evaluateUpTo(draft, at);\n  memory.evaluatedAt = at;",
    becomes: "  memory.evaluatedAt = at;",
  }),
  mutation("deadlines in maintenance are evaluated", "../maintenance/window", {
    line: "if (touching !== null) deadlineAt",
    becomes: "if (touching !== null && touching.from === 0) deadlineAt",
  }),
  mutation("after maintenance there is no grace", "../maintenance/window", {
    line: "touching.until + graceMs",
    becomes: "touching.until",
  }),
  mutation("maintenance that is stopped goes on", "../maintenance/window", {
    line: "stoppedAt >= from && stoppedAt < until",
    becomes: "stoppedAt >= from && stoppedAt < from",
  }),
  mutation("a slot in maintenance is called missed", "slots/settle-slots", {
    line: 'if (isInMaintenance(settings, dueAt)) return { ...slot, outcome: "excluded", because: "maintenance" };',
    becomes: "",
  }),
  mutation("a fixed slot in maintenance is notified", "deadlines/evaluate-deadlines", {
    line: 'if (because === "maintenance" && everyMs(settings.schedule) === null) return;',
    becomes: "",
  }),
  mutation("an alarm in maintenance is notified", "state/flips", {
    line: "if (isInMaintenance(draft.settings, at)) return writeNotice(draft, violation);",
    becomes: "",
  }),
  mutation("open runs do not wait for maintenance that begins", "state/edit", {
    line: "{ ...settings, maintenance: windows };\n  limitRuns(draft);",
    becomes: "{ ...settings, maintenance: windows };",
  }),
  mutation("maintenance that leads into an outage ends in it", "deadlines/postpone-deadlines", {
    line: "if (until === afterOutages) return until;",
    becomes: "if (outages.length < 99) return until;",
  }),
];

function mutation(name: string, file: string, change: Omit<Mutation, "name" | "file">): Mutation {
  return { name, file: posix.join("checks", `${file}.ts`), ...change };
}
