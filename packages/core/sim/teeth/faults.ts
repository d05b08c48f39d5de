import { posix } from "node:path";

/** One line of the state machine, made wrong. */
export type Fault = { name: string; file: string; line: string; becomes: string };

export const planted: readonly Fault[] = [
  fault("a ping at the deadline is in time", "deadlines/evaluate-deadlines", {
    line: "slotBy !== null && slotBy <= now",
    becomes: "slotBy !== null && slotBy < now",
  }),
  fault("a run may take its limit to the last instant", "deadlines/evaluate-deadlines", {
    line: "run.deadlineAt <= now &&",
    becomes: "run.deadlineAt < now - 1 &&",
  }),
  fault("a down flip is dated a second late", "deadlines/evaluate-deadlines", {
    line: "const trouble = { at, evidence:",
    becomes: "const trouble = { at: at + 1000, evidence:",
  }),
  fault("the grace is a second short", "deadlines/postpone-deadlines", {
    line: "(settings.jitterSeconds + settings.graceSeconds)",
    becomes: "(settings.jitterSeconds + settings.graceSeconds - 1)",
  }),
  fault("deadlines inside an outage are judged", "deadlines/postpone-deadlines", {
    line: "if (span.from > outage.until || deadlineAt < outage.from) continue;",
    becomes: "if (outages.length > 0) continue;",
  }),
  fault("after an outage there is no grace", "deadlines/postpone-deadlines", {
    line: "Math.min(outage.until + graceMs, latest)",
    becomes: "Math.min(outage.until, latest)",
  }),
  fault("a slot inside an outage is called missed", "slots/settle-slots", {
    line: 'if (isInOutage(outages, dueAt)) return { ...slot, outcome: "excluded" };',
    becomes: "",
  }),
  fault("a check that is down goes down again", "state/flips", {
    line: 'if (draft.state.status === "down") return;',
    becomes: "",
  }),
  fault("an incident is never resolved", "state/flips", {
    line: 'if (from === "down") draft.effects.push',
    becomes: 'if (from === "new") draft.effects.push',
  }),
  fault("nobody is told that the check is up again", "state/flips", {
    line: 'to === "down" || (state.status === "down" && to === "up")',
    becomes: 'to === "down"',
  }),
  fault("every run may take an hour", "deadlines/postpone-deadlines", {
    line: "settings.maxRuntimeSeconds ?? settings.graceSeconds",
    becomes: "settings.maxRuntimeSeconds ?? 3600",
  }),
  fault("a paused check is woken by any ping", "runs/receive-ping", {
    line: 'if (state.status === "paused" && settings.manualResume)',
    becomes: 'if (state.status === "new" && settings.manualResume)',
  }),
  fault("a retry counts as another ping", "runs/end", {
    line: "if (before !== null && isRetry(before, ping))",
    becomes: "if (before !== null && before.id === ping.id)",
  }),
  fault("a pause leaves runs open", "state/pause", {
    line: "for (const run of draft.memory.openRuns) abandonRun(draft, run, at);",
    becomes: "",
  }),
  fault("a paused check is still waited for", "state/pause", {
    line: "draft.memory.slotAt = null;",
    becomes: "",
  }),
  fault("an interval counts from its slot, not from its ping", "slots/settle-slots", {
    line: "if (!isFixed) memory.slotAt = nextAfter(settings.schedule, coming.at);",
    becomes:
      "if (!isFixed) memory.slotAt = nextAfter(settings.schedule, memory.lastSlot?.dueAt ?? coming.at);",
  }),
  fault("jitter is forgotten", "deadlines/postpone-deadlines", {
    line: "(settings.jitterSeconds + settings.graceSeconds)",
    becomes: "settings.graceSeconds",
  }),
  fault("a max runtime is not looked at", "deadlines/postpone-deadlines", {
    line: "settings.maxRuntimeSeconds ?? settings.graceSeconds",
    becomes: "settings.graceSeconds",
  }),
  fault("an end without an id closes the newest run", "runs/match-end", {
    line: "return waitedFor ?? inTime[0] ?? runs.at(-1) ?? null;",
    becomes: "return runs.at(-1) ?? null;",
  }),
  fault("a good end hides a newer run that hangs", "runs/end", {
    line: "if (open.overlong && open.startedAt < startedAt)",
    becomes: "if (open.overlong)",
  }),
  fault("a good end hides an older run that may hang", "runs/end", {
    line: "if (open.overlong && open.startedAt < startedAt)",
    becomes: "if (open.startedAt < startedAt)",
  }),
  fault("an up check is looked at as seldom as a down one", "draft", {
    line: 'if (deadlineAt === null || status !== "down" ||',
    becomes: "if (deadlineAt === null ||",
  }),
  fault("an alert is dated at the moment of noticing", "state/flips", {
    line: "const at = Math.max(change.at, memory.flippedAt ?? change.at);",
    becomes:
      "const at = Math.max(change.at, memory.flippedAt ?? change.at, Number.isFinite(draft.knownUntil) ? draft.knownUntil : 0);",
  }),
  fault("the watermark is not looked at", "fold", {
    line: "return event.knownUntil ?? Infinity;",
    becomes: "return Infinity;",
  }),
  fault("an outage is forgotten", "deadlines/postpone-deadlines", {
    line: "memory.outages = [...memory.outages, outage].slice(-OUTAGES_MAX);",
    becomes: "memory.outages = [];",
  }),
  fault("every incident is opened twice", "state/flips", {
    line: 'draft.effects.push({ kind: "incident-opened", at: flippedAt, deadlineSeq, reason, evidence });',
    becomes:
      'for (const seq of [deadlineSeq, deadlineSeq]) draft.effects.push({ kind: "incident-opened", at: flippedAt, deadlineSeq: seq, reason, evidence });',
  }),
  fault("the early margin is not looked at", "slots/slot-outcome", {
    line: "Math.max(earlyMarginSeconds * SECOND_MS, Math.min(MINUTE_MS, gapMs / 10))",
    becomes: "Math.min(MINUTE_MS, gapMs / 10)",
  }),
  fault("no clock may be ahead", "slots/slot-outcome", {
    line: "Math.max(earlyMarginSeconds * SECOND_MS, Math.min(MINUTE_MS, gapMs / 10))",
    becomes: "earlyMarginSeconds * SECOND_MS",
  }),
  fault("a ping for a slot that is due meets the next one too", "slots/settle-slots", {
    line: "const isAhead = !isBegun && takeEarly(draft, coming);",
    becomes: "const isAhead = takeEarly(draft, coming);",
  }),
  fault("a run that began long before is early for the next slot", "slots/settle-slots", {
    line: 'settings.schedule.kind === "interval" || begunAt >= slotAt - marginMs)',
    becomes: "begunAt <= at)",
  }),
  fault("runs that are early stay a slot behind", "slots/settle-slots", {
    line: "if (isFixed) meetByRunBefore(draft, coming);",
    becomes: "",
  }),
  fault("an end that is sent again is another run", "runs/end", {
    line: "if (said !== null) return applyRepeatedEnd(draft, said, ping);",
    becomes: "",
  }),
  fault("the next run is taken for a repeat", "runs/repeats", {
    line: "return afterMs <= gapMs(draft) / (isInterval || isSeries ? 2 : 10) || isSameSlot(draft, { from, at });",
    becomes: "return true;",
  }),
  fault("what the other host of an interval begins ends the time of a retry", "runs/repeats", {
    line: "gapMs(draft) / (isInterval || isSeries ? 2 : 10)",
    becomes: "gapMs(draft) / (isSeries ? 2 : 10)",
  }),
  fault("an end ends what perhaps goes on elsewhere", "runs/match-end", {
    line: "started.findLast(({ uncertain }) => uncertain === undefined);",
    becomes: "started.at(-1);",
  }),
  fault("two ends that were exchanged are three", "runs/start", {
    line: "foreign !== undefined && hasOwnEnd(draft, foreign);",
    becomes: "foreign === null;",
  }),
  fault("a start that is sent again is another run", "runs/start", {
    line: "if (isAgain && startRepeats <= REPEATS_MAX) {",
    becomes: "if (again > 99) {",
  }),
  fault("a start that comes after its end opens a run", "runs/start", {
    line: "const overtaken = hadStarts || isFirstRun(draft, ping) ? findOvertakingEnd(draft, ping) : null;",
    becomes: "const overtaken = null as HostEnd | null;",
  }),
  fault("a start that is sent again after the end opens a run", "runs/start", {
    line: "const again = findRepeatedStart(draft, ping);",
    becomes: "const again = null as HostEnd | null;",
  }),
  fault("an end that overtook its start stays a repeat", "runs/start", {
    line: "const mistaken = hadStarts ? findMistakenRepeat(draft, ping) : null;",
    becomes: "const mistaken = null as HostEnd | null;",
  }),
  fault("a start that may be a repeat is waited for", "runs/start", {
    line: 'changeRun(draft, { ...run, uncertain: "again" });',
    becomes: "",
  }),
  fault("a run that another took the place of is waited for", "runs/runs", {
    line: 'changeRun(draft, { ...given, replaced: true, uncertain: "beside" });',
    becomes: "",
  }),
  fault("a retry with a run id counts for half the grace only", "runs/repeats", {
    line: "return at >= from && at - from <= RESEND_MS && (slotAt === null || at < slotAt);",
    becomes: "return false;",
  }),
  fault("an end counts for the slot in which it is heard", "runs/end", {
    line: "begunAt: run?.startedAt ?? ping.at",
    becomes: "begunAt: ping.at",
  }),
  fault("runs that are made up are too many", "limits/violations", {
    line: "if (isTooMany && memory.unmet !== undefined && mayMakeUp(memory, begunAt)) return false;",
    becomes: "",
  }),
  fault("a run that is made up belongs to the last slot", "slots/settle-slots", {
    line: "const madeUp = coming.good && isMet ? makeUp(draft, coming) : null;",
    becomes: "const madeUp = null as Slot | null;",
  }),
  fault("a slot that was skipped for a run is called missed", "slots/settle-slots", {
    line: 'const isSkipped = unmet.outcome === "missed" && runBefore(memory, dueAt) !== undefined;',
    becomes: "const isSkipped = false;",
  }),
  fault("what a run is late by counts from before its slot", "slots/settle-slots", {
    line: "if (last.lateMs !== null || coming.arrivedAt < last.dueAt) return last;",
    becomes: "if (last.lateMs !== null) return last;",
  }),
  fault("one bad slot more is tolerated", "state/tolerance", {
    line: "return badInARow(verdicts) < tolerance.bad;",
    becomes: "return badInARow(verdicts) <= tolerance.bad;",
  }),
  fault("the first good end gives up", "state/tolerance", {
    line: "memory.goodInARow >= settings.recoverAfter",
    becomes: "memory.goodInARow > 0",
  }),
  fault("a window of too many never ends", "limits/violations", {
    line: "[...counted, at].filter((one) => one > from)",
    becomes: "[...counted, at].filter((one) => one > from - 3_600_000)",
  }),
  fault("a second host is not seen once the slot has moved", "slots/settle-slots", {
    line: "if (slotHost?.slotAt === slotAt)",
    becomes: "if (slotHost?.slotAt === -1)",
  }),
  fault("progress does not extend", "runs/start", {
    line: "if (!draft.settings.progressExtends) return;",
    becomes: "return;",
  }),
  fault("a new check is never waited for", "new-check", {
    line: "settings.alertBeforeFirstPing ? nextAfter(settings.schedule, createdAt) : null",
    becomes: "null",
  }),
  fault("an edit judges by the new settings what was due before it", "state/edit", {
    line: "  evaluateUpTo(draft, at);\n  memory.evaluatedAt = at;",
    becomes: "  memory.evaluatedAt = at;",
  }),
  fault("deadlines in planned work are judged", "../maintenance/wait", {
    line: "if (touching !== null) deadlineAt",
    becomes: "if (touching !== null && touching.from === 0) deadlineAt",
  }),
  fault("after planned work there is no grace", "../maintenance/wait", {
    line: "touching.until + graceMs",
    becomes: "touching.until",
  }),
  fault("planned work that is stopped goes on", "../maintenance/window", {
    line: "stoppedAt >= from && stoppedAt < until",
    becomes: "stoppedAt >= from && stoppedAt < from",
  }),
  fault("a slot in planned work is called missed", "slots/settle-slots", {
    line: 'if (isInMaintenance(settings, dueAt)) return { ...slot, outcome: "excluded", because: "maintenance" };',
    becomes: "",
  }),
  fault("a fixed slot in planned work is told", "deadlines/evaluate-deadlines", {
    line: 'if (because === "maintenance" && settings.schedule.kind !== "interval") return;',
    becomes: "",
  }),
  fault("an alarm in planned work is told", "state/flips", {
    line: "if (isInMaintenance(draft.settings, at)) return writeNotice(draft, trouble);",
    becomes: "",
  }),
  fault("open runs do not wait for planned work that begins", "deadlines/maintenance", {
    line: "run.overlong ? run : { ...run, deadlineAt: runDeadline(draft, run) }",
    becomes: "run",
  }),
  fault("planned work that leads into an outage ends in it", "deadlines/postpone-deadlines", {
    line: "if (until === heardBy) return until;",
    becomes: "if (outages.length < 99) return until;",
  }),
];

function fault(name: string, file: string, change: { line: string; becomes: string }): Fault {
  return { name, file: posix.join("checks", `${file}.ts`), ...change };
}
