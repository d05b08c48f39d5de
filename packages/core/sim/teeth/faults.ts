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
    line: "if (span.from <= outage.until && deadlineAt >= outage.from)",
    becomes: "if (span.from > outage.until)",
  }),
  fault("after an outage there is no grace", "outages", {
    line: "outage.until + settings.graceSeconds * SECOND_MS);",
    becomes: "outage.until);",
  }),
  fault("a slot inside an outage is called missed", "slots", {
    line: "const judged = !isInOutage(memory.outages, dueAt);",
    becomes: "const judged = true;",
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
  fault("every run may take an hour", "runs", {
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
    line: '=== "interval") memory.slotAt = nextAfter(settings.schedule, coming.at);',
    becomes:
      '=== "interval") memory.slotAt = nextAfter(settings.schedule, memory.lastSlot?.dueAt ?? coming.at);',
  }),
];

function fault(name: string, file: string, change: { line: string; becomes: string }): Fault {
  return { name, file: `checks/${file}.ts`, ...change };
}
