import type { AlertFacts, AlertMessage } from "../message/alert.ts";
import { plainText } from "../message/compose.ts";
import { exitMeaning } from "../message/exit-status.ts";
import { RunPayload } from "../message/payload.ts";
import { clipEnd } from "../message/text.ts";

const NAME = 200;

/** The document, as docs/webhooks.md describes it: `type`, `timestamp`, `data` by Standard Webhooks. */
export function webhookDocument(message: AlertMessage): Record<string, unknown> {
  const { facts } = message;
  return {
    type: facts.check === null ? message.kind : `check.${message.kind}`,
    timestamp: isoOrNull(facts.flip?.at),
    data: {
      delivery_id: facts.deliveryId,
      project: named(facts.project),
      channel: named(facts.channel),
      check: facts.check === null ? null : { ...named(facts.check), url: message.link },
      status: statusOf(facts),
      title: message.title,
      text: plainText(message),
      ...whatHappened(facts),
      ...runOf(facts),
      output: message.output,
      may_repeat: facts.uncertain,
    },
  };
}

function named({ id, name }: { id: string; name: string }) {
  return { id, name: clipEnd(name, NAME) };
}

function statusOf({ kind }: AlertFacts): "down" | "up" | null {
  if (kind === "reminder") return "down";
  return kind === "down" || kind === "up" ? kind : null;
}

function whatHappened({ incident, flip, lastPing, check, kind }: AlertFacts): Record<string, unknown> {
  const evidence = incident?.evidence;
  const exit = lastPing?.exitStatus ?? null;
  return {
    reason: incident?.reason ?? null,
    timezone: check?.timezone ?? null,
    expected_at: isoOrNull(evidence?.expectedAt),
    deadline_at: isoOrNull(evidence?.deadlineAt),
    last_heard_at: isoOrNull(lastPing?.at ?? evidence?.lastHeardAt),
    last_heard_kind: lastPing?.kind ?? null,
    exit_status: exit,
    exit_meaning: exit === null ? null : exitMeaning(exit),
    down_since: isoOrNull(incident?.openedAt),
    down_seconds:
      kind === "up" && incident !== null && flip !== null
        ? Math.round((flip.at - incident.openedAt) / 1_000)
        : null,
  };
}

/** What a run was, where this tells of one alone. */
function runOf({ kind, payload }: AlertFacts): Record<string, unknown> {
  const run = kind === "run" ? RunPayload.safeParse(payload).data : undefined;
  if (run === undefined) return {};
  const { outcome, startedAt, endedAt, durationMs, exitStatus, host } = run;
  return {
    run: {
      outcome,
      started_at: isoOrNull(startedAt),
      ended_at: isoOrNull(endedAt),
      duration_seconds: durationMs === null ? null : durationMs / 1_000,
      exit_status: exitStatus,
      host,
    },
  };
}

function isoOrNull(at: number | null | undefined): string | null {
  return at === null || at === undefined ? null : new Date(at).toISOString();
}
