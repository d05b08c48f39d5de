import {
  type AlertFacts,
  type AlertGroup,
  causesIn,
  type DeliveryKind,
  exitEvidence,
  exitMeaning,
  NoticePayload,
  type RunFacts,
  RunPayload,
} from "@overdue/core";

import type { AlertMessage, MessageKind } from "../../message/alert.ts";
import { clipEnd } from "../../message/text.ts";
import { plainText } from "../../message/parts.ts";

const NAME_CHARS_MAX = 200;
const TAGS_MAX = 50;
const TAG_CHARS_MAX = 100;
const DESCRIPTION_CHARS_MAX = 2_000;
const FACT_CHARS_MAX = 200;

/** The `type` of the document, by the kind of the message. */
const EVENT_TYPES = {
  down: "check.down",
  up: "check.up",
  reminder: "check.reminder",
  run: "check.run",
  notice: "check.notice",
  storm: "check.storm",
  digest: "check.digest",
  test: "test",
  report: "report",
  system: "system",
  confirm: "confirm",
} as const satisfies Record<MessageKind, string>;

/** The document that docs/webhooks.md describes: `type`, `timestamp` and `data` of Standard Webhooks. */
export function webhookDocument(message: AlertMessage): Record<string, unknown> {
  const { group = null, ...all } = message.facts;
  const facts: AlertFacts = group === null ? all : { ...all, ...NO_CHECK };
  return {
    type: EVENT_TYPES[message.kind],
    timestamp: isoOrNull(
      facts.flip?.at ?? (group === null ? payloadInstant(facts) : null) ?? facts.writtenAt,
    ),
    data: {
      delivery_id: facts.deliveryId,
      project: idAndName(facts.project),
      channel: idAndName(facts.channel),
      check: facts.check === null ? null : checkObject(facts.check, message.link),
      incident_id: facts.incident?.id ?? null,
      status: checkStatus(message),
      title: message.title,
      text: plainText(message),
      ...incidentFields(facts),
      ...runField(facts),
      ...noticeField(facts),
      ...(group !== null && { checks: groupObject(group) }),
      output: message.output,
      may_repeat: facts.uncertain,
    },
  };
}

function idAndName({ id, name }: { id: string; name: string }) {
  return { id, name: clipEnd(name, NAME_CHARS_MAX) };
}

/** A message about several alerts has no facts of a single check. */
const NO_CHECK = { check: null, flip: null, incident: null, lastPing: null, payload: null };

function checkObject(check: NonNullable<AlertFacts["check"]>, url: string) {
  // Its ping URL is not in the document: what has it can say that the job is well.
  const { slug, tags, description = "" } = check;
  return {
    ...idAndName(check),
    slug,
    tags: tags.slice(0, TAGS_MAX).map((tag) => clipEnd(tag, TAG_CHARS_MAX)),
    description: clipEnd(description, DESCRIPTION_CHARS_MAX),
    url,
  };
}

/** How many alerts of each kind there are, and the first few by name. */
function groupObject({ counts, first }: AlertGroup) {
  return {
    counts: counts.map(({ kind, reason, count }) => ({ type: EVENT_TYPES[kind], reason, count })),
    first: first.map(({ kind, checkName, reason }) => ({
      type: EVENT_TYPES[kind],
      name: clipEnd(checkName, NAME_CHARS_MAX),
      status: checkStatus({ facts: { kind } }),
      reason,
    })),
  };
}

/** When a notice was noticed, or a run ended; null for any other alert. */
function payloadInstant({ kind, payload }: AlertFacts): number | null {
  if (kind === "notice") return NoticePayload.safeParse(payload).data?.at ?? null;
  return kind === "run" ? (RunPayload.safeParse(payload).data?.endedAt ?? null) : null;
}

/** The field `notice` of a single notice. */
function noticeField({ kind, payload }: AlertFacts): Record<string, unknown> {
  const found = kind === "notice" ? NoticePayload.safeParse(payload).data : undefined;
  return found === undefined ? {} : { notice: { kind: found.notice, at: isoOrNull(found.at) } };
}

function incidentFields({ incident, flip, lastPing, check, kind }: AlertFacts): Record<string, unknown> {
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
    exit_meaning: exit === null ? null : exitMeaning(exit, exitEvidence(lastPing?.facts ?? {})),
    ...(lastPing?.facts && { facts: boundedFacts(lastPing.facts) }),
    down_since: isoOrNull(incident?.openedAt),
    down_seconds:
      kind === "up" && incident !== null && flip !== null
        ? Math.round((flip.at - incident.openedAt) / 1_000)
        : null,
    ...(evidence?.metrics && { metrics: evidence.metrics }),
  };
}

/** What explains the end of the last run, by the names of `facts` in the API. */
function boundedFacts(facts: RunFacts): RunFacts {
  return Object.fromEntries(
    Object.entries(causesIn(facts)).map(([name, fact]) => [
      name,
      typeof fact === "string" ? clipEnd(fact, FACT_CHARS_MAX) : fact,
    ]),
  );
}

/** The field `run` of a single run. */
function runField({ kind, payload }: AlertFacts): Record<string, unknown> {
  const run = kind === "run" ? RunPayload.safeParse(payload).data : undefined;
  if (run === undefined) return {};
  const { outcome, startedAt, endedAt, durationMs, exitStatus, host, metrics } = run;
  return {
    run: {
      outcome,
      started_at: isoOrNull(startedAt),
      ended_at: isoOrNull(endedAt),
      duration_seconds: durationMs === null ? null : durationMs / 1_000,
      exit_status: exitStatus,
      host,
      ...(metrics && { metrics }),
    },
  };
}

function isoOrNull(at: number | null | undefined): string | null {
  return at === null || at === undefined ? null : new Date(at).toISOString();
}

/** The status of a check after an alert of this kind; null if the alert is not about a status. */
const CHECK_STATUS: Record<DeliveryKind, "down" | "up" | null> = {
  down: "down",
  reminder: "down",
  up: "up",
  run: null,
  notice: null,
  test: null,
  report: null,
  system: null,
  confirm: null,
};

type MessageFacts = { facts: Pick<AlertFacts, "kind" | "group"> };

/** The status of the checks that a message is about; null if it is not about a status, or if they differ. */
function checkStatus({ facts }: MessageFacts): "down" | "up" | null {
  const kinds = facts.group ? facts.group.counts.map(({ kind }) => kind) : [facts.kind];
  const [status = null, ...others] = new Set(kinds.map((kind) => CHECK_STATUS[kind]));
  return others.length === 0 ? status : null;
}

/**
 * What happened, in one word for a program: "down" or "up" for a check; "success", "fail" or "lost" for a run; "digest" for
 * several alerts that differ; otherwise the kind of the message, such as "test" or "notice".
 */
export function statusWord(message: Pick<AlertMessage, "facts">): string {
  const { kind, group, payload } = message.facts;
  const status = checkStatus(message);
  if (status !== null) return status;
  if (group) return "digest";
  return kind === "run" ? RunPayload.parse(payload).outcome : kind;
}
