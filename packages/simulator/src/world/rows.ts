import type { Instant } from "@overdue/schedules";
import type { Effect, Flip, Reason, Run, Slot } from "@overdue/core";

type StoredPing = Extract<Effect, { kind: "ping" }>;
type Incident = {
  deadlineSeq: number;
  reason: Reason;
  openedAt: Instant;
  resolvedAt: Instant | null;
  evidence: Extract<Effect, { kind: "incident-opened" }>["evidence"];
};
type Notice = Extract<Effect, { kind: "notice" }>;

/** What the database would contain for one check, with its unique keys. */
export type Rows = {
  pings: StoredPing[];
  flips: Flip[];
  /** `UNIQUE(check, deadlineSeq, to)`. */
  flipKeys: Set<string>;
  incidents: Incident[];
  notices: Notice[];
  runs: Map<string, Run>;
  slots: Map<Instant, Slot>;
  /** Sentences on what the database would have refused, and on what must never happen to a row. */
  refused: string[];
};

export function noRows(): Rows {
  return {
    pings: [],
    flips: [],
    flipKeys: new Set(),
    incidents: [],
    notices: [],
    runs: new Map(),
    slots: new Map(),
    refused: [],
  };
}

/** Writes one effect as the product's transaction would. */
export function writeRow(rows: Rows, effect: Effect): void {
  switch (effect.kind) {
    case "ping":
      return writePing(rows, effect);
    case "run":
      return writeRun(rows, effect.run);
    case "slot":
      return void rows.slots.set(effect.slot.dueAt, effect.slot);
    case "flip":
      return writeFlip(rows, effect.flip);
    case "incident-opened":
      return openIncident(rows, effect);
    case "incident-resolved":
      return resolveIncident(rows, effect);
    case "incident-reopened":
      // No generated history undoes a pause.
      return void rows.refused.push(`an incident was opened again at ${effect.at}`);
    case "notice":
      return void rows.notices.push(effect);
  }
}

function writePing(rows: Rows, ping: StoredPing): void {
  if (ping.number !== rows.pings.length + 1) rows.refused.push(`ping ${ping.id} got number ${ping.number}`);
  rows.pings.push(ping);
}

/** A run that was given up as lost, or ended by a guess, may still get its own end; every other end is final. */
function writeRun(rows: Rows, run: Run): void {
  const before = rows.runs.get(run.id);
  const open = before === undefined || before.guessed || ["running", "lost"].includes(before.outcome);
  if (!open && before.outcome !== run.outcome)
    rows.refused.push(`run ${run.id} ended twice: ${before.outcome}, then ${run.outcome}`);
  rows.runs.set(run.id, run);
}

function writeFlip(rows: Rows, flip: Flip): void {
  const key = `${flip.deadlineSeq} ${flip.to}`;
  if (rows.flipKeys.has(key))
    rows.refused.push(`a second flip to ${flip.to} with deadlineSeq ${flip.deadlineSeq}`);
  rows.flipKeys.add(key);
  rows.flips.push(flip);
}

function openIncident(rows: Rows, effect: Extract<Effect, { kind: "incident-opened" }>): void {
  const { deadlineSeq, reason, at, evidence } = effect;
  const open = openOf(rows);
  if (open !== undefined)
    rows.refused.push(`incident ${deadlineSeq} opened while ${open.deadlineSeq} is open`);
  rows.incidents.push({ deadlineSeq, reason, openedAt: at, resolvedAt: null, evidence });
}

function resolveIncident(rows: Rows, effect: Extract<Effect, { kind: "incident-resolved" }>): void {
  const open = openOf(rows);
  if (open === undefined) rows.refused.push(`resolved an incident at ${effect.at} while none was open`);
  else open.resolvedAt = effect.at;
}

function openOf({ incidents }: Rows): Incident | undefined {
  return incidents.findLast((incident) => incident.resolvedAt === null);
}
