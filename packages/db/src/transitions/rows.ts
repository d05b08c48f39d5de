import type { Effect, Run, Slot } from "@overdue/core";
import type { StateChange } from "@overdue/tracing";
import type { Change, PingRecord } from "./change.ts";

/** SQL: a column of `x` in epoch milliseconds, as core counts, as a timestamp for the table. */
export const at = (column: string) => `to_timestamp(x.${column} / 1000)`;

type EffectOf<Kind extends Effect["kind"]> = Extract<Effect, { kind: Kind }>;

/** The columns of the rows that every ping writes, with their types, for `rowsOf` and `parametersOf`. */
export const CHECK_STATES = {
  id: "uuid",
  status: "check_status",
  deadline_seq: "bigint",
  ping_count: "bigint",
  last_ping_at: "float8",
  last_start_at: "float8",
  last_duration_ms: "bigint",
  expected_at: "float8",
  deadline_at: "float8",
  memory: "json",
  coalesced: "json",
  next_at: "float8",
  set_wake: "boolean",
  version: "xid",
};
export const PINGS = {
  project_id: "uuid",
  check_id: "uuid",
  number: "bigint",
  id: "uuid",
  kind: "text",
  note: "text",
  received_at: "float8",
  rid: "uuid",
  exit_status: "smallint",
  scheme: "text",
  method: "text",
  remote_address: "text",
  user_agent: "text",
  body: "bytea",
  body_bytes: "integer",
  body_cut_at: "integer",
  repeats: "integer",
  metrics: "json",
};
export const RUNS = {
  project_id: "uuid",
  check_id: "uuid",
  id: "uuid",
  rid: "uuid",
  host: "text",
  started_at: "float8",
  ended_at: "float8",
  outcome: "text",
  duration_ms: "bigint",
  exit_status: "smallint",
  overlong: "boolean",
  guessed: "boolean",
  metrics: "json",
};
export const SLOTS = {
  project_id: "uuid",
  check_id: "uuid",
  due_at: "float8",
  outcome: "text",
  decided_at: "float8",
  late_ms: "bigint",
  run_id: "uuid",
  because: "text",
};

/** The check's new state, as the columns of `CHECK_STATES`. */
export function checkRow({ check, coalesced, nextAt, setWake }: Change) {
  const { state } = check;
  return {
    id: check.id,
    status: state.status,
    deadline_seq: state.deadlineSeq,
    ping_count: state.pingCount,
    last_ping_at: state.lastPingAt,
    last_start_at: state.lastStartAt,
    last_duration_ms: state.lastDurationMs,
    expected_at: state.expectedAt,
    deadline_at: state.deadlineAt,
    memory: state.memory,
    coalesced,
    next_at: nextAt,
    set_wake: setWake,
  };
}

export function pingRows(change: Change) {
  const decided = new Map(effectsOf(change, "ping").map((effect) => [effect.id, effect]));
  return change.pings.flatMap((ping) => {
    const effect = decided.get(ping.id);
    return effect === undefined || change.replaced.ids.has(ping.id) ? [] : [pingRow(change, ping, effect)];
  });
}

// One row for each run, as the last effect says: an upsert may not meet the same row twice in one statement.
export function runRows(change: Change) {
  const kept = effectsOf(change, "run").filter(
    ({ run }) => run.startedAt !== null || !change.replaced.ids.has(run.id),
  );
  const runs = new Map(kept.map(({ run }) => [run.id, run]));
  return [...runs.values()].map((run) => runRow(change, run));
}

export function slotRows(change: Change) {
  const slots = new Map(effectsOf(change, "slot").map(({ slot }) => [slot.dueAt, slot]));
  return [...slots.values()].map((slot) => slotRow(change, slot));
}

/** The stored pings that the row of a later ping stands for: their rows are deleted, and the runs that consist of them alone. */
export function replacedRows({ check, replaced }: Change) {
  return replaced.stored.map(({ number, id }) => ({ check_id: check.id, number, id }));
}

export function noticeRows(change: Change) {
  return effectsOf(change, "notice").map(({ at, notice, evidence }) => ({
    ...owner(change),
    at,
    notice,
    evidence,
  }));
}

/** The flips of a check in their order, each with the incident that it opens, resolves or reopens. */
export function flipRows(change: Change) {
  return effectsOf(change, "flip").map(({ flip }) => {
    const opened = effectsOf(change, "incident-opened").find(
      (effect) => effect.deadlineSeq === flip.deadlineSeq,
    );
    return {
      ...owner(change),
      seq: flip.deadlineSeq,
      from_status: flip.from,
      to_status: flip.to,
      reason: flip.reason,
      at: flip.at,
      alerts: flip.alerts,
      ping_id: change.pings.find(({ receivedAt }) => receivedAt === flip.at)?.id ?? null,
      opens: flip.to === "down" && opened !== undefined,
      incident_reason: opened?.reason ?? null,
      evidence: opened?.evidence ?? null,
      resolves: flip.from === "down" && flip.to !== "down",
      reopens: effectsOf(change, "incident-reopened").some(
        (effect) => effect.deadlineSeq === flip.deadlineSeq,
      ),
    };
  });
}

export type FlipRow = ReturnType<typeof flipRows>[number];

export function stateChangeOf(
  flip: FlipRow,
  written: Pick<StateChange, "incidentId" | "writtenFrom">,
): StateChange {
  const { project_id: projectId, check_id: checkId, ping_id: pingId, reason, at } = flip;
  return { ...written, projectId, checkId, from: flip.from_status, to: flip.to_status, reason, at, pingId };
}

function effectsOf<Kind extends Effect["kind"]>(change: Change, kind: Kind): EffectOf<Kind>[] {
  return change.effects.filter((effect): effect is EffectOf<Kind> => effect.kind === kind);
}

function owner(change: Change) {
  return { project_id: change.stored.projectId, check_id: change.check.id };
}

function pingRow(change: Change, ping: PingRecord, effect: EffectOf<"ping">) {
  return {
    ...owner(change),
    number: effect.number,
    id: ping.id,
    kind: effect.stored,
    note: effect.note ?? ping.note,
    received_at: ping.receivedAt,
    rid: ping.rid,
    exit_status: ping.exitStatus,
    scheme: ping.scheme,
    method: ping.method,
    remote_address: ping.remoteAddress,
    user_agent: ping.userAgent,
    body: ping.body,
    body_bytes: ping.bodyBytes,
    body_cut_at: ping.bodyCutAt,
    repeats: change.repeats.get(ping.id) ?? 0,
    metrics: ping.metrics ?? null,
  };
}

function runRow(change: Change, run: Run) {
  return {
    ...owner(change),
    id: run.id,
    rid: run.rid,
    host: run.host,
    started_at: run.startedAt,
    ended_at: run.endedAt,
    outcome: run.outcome,
    duration_ms: run.durationMs,
    exit_status: run.exitStatus,
    overlong: run.overlong,
    guessed: run.guessed,
    metrics: run.metrics ?? null,
  };
}

function slotRow(change: Change, slot: Slot) {
  return {
    ...owner(change),
    due_at: slot.dueAt,
    outcome: slot.outcome,
    decided_at: slot.at,
    late_ms: slot.lateMs,
    run_id: slot.runId,
    because: slot.because ?? null,
  };
}

/** The columns of rows that a statement gets as parameters, one array for each column, with their types. */
type Columns = Readonly<Record<string, string>>;

/** Cannot occur in JSON, which escapes control characters. */
const BETWEEN_JSON = "\u001E";

/**
 * SQL: the rows as `x`. Arrays of columns cost the server a quarter of what the same rows cost as JSON. `first`: the
 * parameter number of the first column.
 */
export function rowsOf(columns: Columns, first: number): string {
  const types = Object.values(columns);
  const arrays = types.map((type, i) =>
    type === "json" ? `string_to_array($${first + i}, chr(30), '')::json[]` : `$${first + i}::${type}[]`,
  );
  return `unnest(${arrays.join(", ")}) as x(${Object.keys(columns).join(", ")})`;
}

/** The parameters for `rowsOf`. */
export function parametersOf<Name extends string>(
  columns: Readonly<Record<Name, string>>,
  rows: readonly Readonly<Record<Name, unknown>>[],
): unknown[] {
  return (Object.keys(columns) as Name[]).map((name) => {
    const values = rows.map((row) => row[name]);
    return columns[name] === "json" ? values.map(jsonText).join(BETWEEN_JSON) : values;
  });
}

/** An empty text stands for null. A column of nulls alone may become an array without elements: `unnest` fills it with nulls. */
function jsonText(value: unknown): string {
  return value === null || value === undefined ? "" : JSON.stringify(value);
}

/** The parameter number of the first column of each of several sets of rows that follow one another, from `first` on. */
export function firstParameters<Sets extends readonly Columns[]>(
  first: number,
  sets: readonly [...Sets],
): { [Set in keyof Sets]: number } {
  let next = first;
  return sets.map((columns) => {
    const own = next;
    next += Object.keys(columns).length;
    return own;
  }) as { [Set in keyof Sets]: number };
}
