import { posix } from "node:path";

/** One line of the state machine, made wrong. */
export type Fault = { name: string; file: string; line: string; becomes: string };

export const planted: readonly Fault[] = [
  fault("a ping at the deadline is in time", "deadlines", {
    line: "slotBy !== null && slotBy <= now",
    becomes: "slotBy !== null && slotBy < now",
  }),
  fault("a run may take its limit to the last instant", "deadlines", {
    line: "run.deadlineAt <= now &&",
    becomes: "run.deadlineAt < now - 1 &&",
  }),
  fault("a down flip is dated a second late", "deadlines", {
    line: "const trouble = { at, evidence:",
    becomes: "const trouble = { at: at + 1000, evidence:",
  }),
  fault("the grace is a second short", "outages", {
    line: "(settings.jitterSeconds + settings.graceSeconds)",
    becomes: "(settings.jitterSeconds + settings.graceSeconds - 1)",
  }),
  fault("deadlines inside an outage are judged", "outages", {
    line: "if (span.from > outage.until || deadlineAt < outage.from) continue;",
    becomes: "if (outages.length > 0) continue;",
  }),
  fault("after an outage there is no grace", "outages", {
    line: "Math.min(outage.until + graceMs, latest)",
    becomes: "Math.min(outage.until, latest)",
  }),
  fault("a slot inside an outage is called missed", "slots", {
    line: 'if (isInOutage(outages, dueAt)) return { ...slot, outcome: "not-judged" };',
    becomes: "",
  }),
  fault("a check that is down goes down again", "flips", {
    line: 'if (draft.state.status === "down") return;',
    becomes: "",
  }),
  fault("an incident is never resolved", "flips", {
    line: 'if (from === "down") draft.effects.push',
    becomes: 'if (from === "new") draft.effects.push',
  }),
  fault("nobody is told that the check is up again", "flips", {
    line: 'to === "down" || (state.status === "down" && to === "up")',
    becomes: 'to === "down"',
  }),
  fault("every run may take an hour", "outages", {
    line: "settings.maxRuntimeSeconds ?? settings.graceSeconds",
    becomes: "settings.maxRuntimeSeconds ?? 3600",
  }),
  fault("a paused check is woken by any ping", "ping", {
    line: 'if (state.status === "paused" && settings.manualResume)',
    becomes: 'if (state.status === "new" && settings.manualResume)',
  }),
  fault("a retry counts as another ping", "end", {
    line: "if (before !== null && isRetry(before, ping))",
    becomes: "if (before !== null && before.id === ping.id)",
  }),
  fault("a pause leaves runs open", "pause", {
    line: "for (const run of draft.memory.openRuns) loseRun(draft, run, at);",
    becomes: "",
  }),
  fault("a paused check is still waited for", "pause", {
    line: "draft.memory.slotAt = null;",
    becomes: "",
  }),
  fault("an interval counts from its slot, not from its ping", "slots", {
    line: "if (!isFixed) memory.slotAt = nextAfter(settings.schedule, coming.at);",
    becomes:
      "if (!isFixed) memory.slotAt = nextAfter(settings.schedule, memory.lastSlot?.dueAt ?? coming.at);",
  }),
  fault("jitter is forgotten", "outages", {
    line: "(settings.jitterSeconds + settings.graceSeconds)",
    becomes: "settings.graceSeconds",
  }),
  fault("a max runtime is not looked at", "outages", {
    line: "settings.maxRuntimeSeconds ?? settings.graceSeconds",
    becomes: "settings.graceSeconds",
  }),
  fault("an end without an id closes the newest run", "match", {
    line: "return waitedFor ?? inTime[0] ?? runs.at(-1) ?? null;",
    becomes: "return runs.at(-1) ?? null;",
  }),
  fault("a good end hides a newer run that hangs", "end", {
    line: "if (open.overlong && open.startedAt < startedAt)",
    becomes: "if (open.overlong)",
  }),
  fault("a good end hides an older run that may hang", "end", {
    line: "if (open.overlong && open.startedAt < startedAt)",
    becomes: "if (open.startedAt < startedAt)",
  }),
  fault("an up check is looked at as seldom as a down one", "draft", {
    line: 'if (deadlineAt === null || status !== "down" ||',
    becomes: "if (deadlineAt === null ||",
  }),
  fault("an alert is dated at the moment of noticing", "flips", {
    line: "const at = Math.max(change.at, memory.flippedAt ?? change.at);",
    becomes:
      "const at = Math.max(change.at, memory.flippedAt ?? change.at, Number.isFinite(draft.knownUntil) ? draft.knownUntil : 0);",
  }),
  fault("the watermark is not looked at", "fold", {
    line: "return event.knownUntil ?? Infinity;",
    becomes: "return Infinity;",
  }),
  fault("an outage is forgotten", "outages", {
    line: "memory.outages = [...memory.outages, outage].slice(-OUTAGES_MAX);",
    becomes: "memory.outages = [];",
  }),
  fault("every incident is opened twice", "flips", {
    line: 'draft.effects.push({ kind: "incident-opened", at: flippedAt, deadlineSeq, reason, evidence });',
    becomes:
      'for (const seq of [deadlineSeq, deadlineSeq]) draft.effects.push({ kind: "incident-opened", at: flippedAt, deadlineSeq: seq, reason, evidence });',
  }),
  fault("the early margin is not looked at", "slot-outcome", {
    line: "Math.max(earlyMarginSeconds * SECOND_MS, Math.min(MINUTE_MS, gapMs / 10))",
    becomes: "Math.min(MINUTE_MS, gapMs / 10)",
  }),
  fault("no clock may be ahead", "slot-outcome", {
    line: "Math.max(earlyMarginSeconds * SECOND_MS, Math.min(MINUTE_MS, gapMs / 10))",
    becomes: "earlyMarginSeconds * SECOND_MS",
  }),
  fault("a ping for a slot that is due meets the next one too", "slots", {
    line: "const isAhead = !isBegun && takeEarly(draft, coming);",
    becomes: "const isAhead = takeEarly(draft, coming);",
  }),
  fault("a run that began long before is early for the next slot", "slots", {
    line: 'settings.schedule.kind === "interval" || begunAt >= slotAt - marginMs)',
    becomes: "begunAt <= at)",
  }),
  fault("runs that are early stay a slot behind", "slots", {
    line: "if (isFixed) meetByRunBefore(draft, coming);",
    becomes: "",
  }),
  fault("an end that is sent again is another run", "end", {
    line: "if (said !== null) return hearAgain(draft, said, ping);",
    becomes: "",
  }),
  fault("the next run is taken for a repeat", "again", {
    line: "return afterMs <= gapMs(draft) / (isInterval || isSeries ? 2 : 10) || isSameTurn(draft, { from, at });",
    becomes: "return true;",
  }),
  fault("what the other host of an interval begins ends the time of a retry", "again", {
    line: "gapMs(draft) / (isInterval || isSeries ? 2 : 10)",
    becomes: "gapMs(draft) / 10",
  }),
  fault("an end ends what perhaps goes on elsewhere", "match", {
    line: "started.findLast(({ perhaps }) => perhaps === undefined);",
    becomes: "started.at(-1);",
  }),
  fault("two ends that were exchanged are three", "start", {
    line: "foreign !== undefined && joinForeign(draft, foreign);",
    becomes: "foreign === null;",
  }),
  fault("a start that is sent again is another run", "start", {
    line: "if (isAgain && again <= REPEATS_MAX) {",
    becomes: "if (again > 99) {",
  }),
  fault("a start that comes after its end opens a run", "start", {
    line: "const overtaken = hadStarts || isFirstHeard(draft, ping) ? overtakenBy(draft, ping) : null;",
    becomes: "const overtaken = null as HostEnd | null;",
  }),
  fault("a start that is sent again after the end opens a run", "start", {
    line: "const again = startAgain(draft, ping);",
    becomes: "const again = null as HostEnd | null;",
  }),
  fault("an end that overtook its start stays a repeat", "start", {
    line: "const mistaken = hadStarts ? mistakenFor(draft, ping) : null;",
    becomes: "const mistaken = null as HostEnd | null;",
  }),
  fault("a start that may be a repeat is waited for", "start", {
    line: 'changeRun(draft, { ...run, perhaps: "again" });',
    becomes: "",
  }),
  fault("a run that another took the place of is waited for", "runs", {
    line: 'changeRun(draft, { ...given, replaced: true, perhaps: "beside" });',
    becomes: "",
  }),
  fault("a retry with a run id counts for half the grace only", "again", {
    line: "return at >= from && at - from <= AGAIN_MS && (slotAt === null || at < slotAt);",
    becomes: "return false;",
  }),
  fault("an end counts for the slot in which it is heard", "end", {
    line: "begunAt: run?.startedAt ?? ping.at",
    becomes: "begunAt: ping.at",
  }),
  fault("runs that are made up are too many", "limits", {
    line: "if (isTooMany && memory.unmet !== undefined && mayMakeUp(memory, begunAt)) return false;",
    becomes: "",
  }),
  fault("a run that is made up belongs to the last slot", "slots", {
    line: "const madeUp = coming.good && isMet ? makeUp(draft, coming) : null;",
    becomes: "const madeUp = null as Slot | null;",
  }),
  fault("a slot that was skipped for a run is called missed", "slots", {
    line: 'const isSkipped = unmet.outcome === "missed" && runBefore(memory, dueAt) !== undefined;',
    becomes: "const isSkipped = false;",
  }),
  fault("what a run is late by counts from before its slot", "slots", {
    line: "if (last.lateMs !== null || coming.cameAt < last.dueAt) return last;",
    becomes: "if (last.lateMs !== null) return last;",
  }),
  fault("one bad slot more is tolerated", "tolerance", {
    line: "return badInARow(verdicts) < tolerance.bad;",
    becomes: "return badInARow(verdicts) <= tolerance.bad;",
  }),
  fault("the first good end gives up", "tolerance", {
    line: "memory.goodInARow >= settings.recoverAfter",
    becomes: "memory.goodInARow > 0",
  }),
  fault("a window of too many never ends", "limits", {
    line: "[...counted, at].filter((one) => one > from)",
    becomes: "[...counted, at].filter((one) => one > from - 3_600_000)",
  }),
  fault("a second host is not seen once the slot has moved", "slots", {
    line: "if (slotHost?.slotAt === slotAt)",
    becomes: "if (slotHost?.slotAt === -1)",
  }),
  fault("progress does not extend", "start", {
    line: "if (!draft.settings.progressExtends) return;",
    becomes: "return;",
  }),
  fault("a new check is never waited for", "new-check", {
    line: "settings.alertBeforeFirstPing ? nextAfter(settings.schedule, createdAt) : null",
    becomes: "null",
  }),
  fault("an edit judges by the new settings what was due before it", "edit", {
    line: "  judgeUpTo(draft, at);\n  memory.judgedAt = at;",
    becomes: "  memory.judgedAt = at;",
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
  fault("a slot in planned work is called missed", "slots", {
    line: 'if (isInMaintenance(settings, dueAt)) return { ...slot, outcome: "not-judged", because: "maintenance" };',
    becomes: "",
  }),
  fault("a fixed slot in planned work is told", "deadlines", {
    line: 'if (because === "maintenance" && settings.schedule.kind !== "interval") return;',
    becomes: "",
  }),
  fault("an alarm in planned work is told", "flips", {
    line: "if (isInMaintenance(draft.settings, at)) return notice(draft, trouble);",
    becomes: "",
  }),
  fault("open runs do not wait for planned work that begins", "maintenance", {
    line: "run.overlong ? run : { ...run, deadlineAt: deadlineOf(draft, run) }",
    becomes: "run",
  }),
  fault("planned work that leads into an outage ends in it", "outages", {
    line: "if (until === heardBy) return until;",
    becomes: "if (outages.length < 99) return until;",
  }),
];

function fault(name: string, file: string, change: { line: string; becomes: string }): Fault {
  return { name, file: posix.join("checks", `${file}.ts`), ...change };
}
