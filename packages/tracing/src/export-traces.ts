import { createHash } from "node:crypto";

import { type Attributes, type HrTime, SpanKind, SpanStatusCode, TraceFlags } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { type Resource, resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, type ReadableSpan } from "@opentelemetry/sdk-trace";

import { type DeliveryAttempt, deliveryAttempts, type StateChange, stateChanges } from "./traced-events.ts";
import type { TracingOptions } from "./index.ts";

const EVERY_MS = 1_000;
const TIMEOUT_MS = 5_000;
/** Enough spans for 10,000 deadlines in one second, in about 30 MB; more are dropped. */
const WAITING_MAX = 32_768;
const BATCH_MAX = 2_048;

/**
 * Exports, from now on, this process's part of the trace of each incident by OTLP over HTTP. The other processes add to the
 * same trace without communication, since its ids are derived from the incident's id. Headers come from
 * `OTEL_EXPORTER_OTLP_HEADERS`. @returns a function that stops it, after exporting what waits
 */
export function exportTraces(endpoint: string, { process, log }: TracingOptions): () => Promise<void> {
  let isFailing = false;
  const logChange = (error: unknown) => {
    if ((error !== undefined) === isFailing) return;
    isFailing = error !== undefined;
    if (isFailing) log.warn({ err: error }, "Traces are lost: the collector does not accept them.");
    else log.warn("The collector accepts traces again.");
  };
  const exporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces`, timeoutMillis: TIMEOUT_MS });
  const processor = new BatchSpanProcessor({
    exporter: {
      export: (spans, done) =>
        exporter.export(spans, (result) => {
          logChange(result.error);
          done(result);
        }),
      shutdown: () => exporter.shutdown(),
    },
    scheduledDelayMillis: EVERY_MS,
    exportTimeoutMillis: TIMEOUT_MS,
    maxQueueSize: WAITING_MAX,
    maxExportBatchSize: BATCH_MAX,
  });
  const resource = resourceFromAttributes({
    "service.name": `overdue-${process}`,
    "service.namespace": "overdue",
  });
  const add = (spans: readonly Span[]) => {
    for (const span of spans) processor.onEnd(toReadableSpan(span, resource));
  };
  const stops = [
    stateChanges.subscribe((change) => add(buildChangeSpans(change, Date.now()))),
    deliveryAttempts.subscribe((attempt) => add([buildAttemptSpan(attempt)])),
  ];
  return async () => {
    for (const stop of stops) stop();
    await processor.shutdown().catch(() => undefined);
  };
}

/** One part of a trace. Instants are milliseconds since the epoch. */
type Span = {
  name: string;
  kind: SpanKind;
  traceId: string;
  spanId: string;
  parentId: string | null;
  /** A span of another trace that belongs to this one. */
  linked: { traceId: string; spanId: string } | null;
  from: number;
  until: number;
  attributes: Attributes;
  isFailed: boolean;
};

/** Two spans: the cause of a change of state, and the change itself. */
function buildChangeSpans(change: StateChange, now: number): Span[] {
  const ids = traceIds(change.incidentId, { isEnd: change.to !== "down" });
  const attributes = {
    "overdue.incident.id": change.incidentId,
    "overdue.project.id": change.projectId,
    "overdue.check.id": change.checkId,
  };
  const cause: Span = {
    name: causeName(change),
    kind: change.pingId === null ? SpanKind.INTERNAL : SpanKind.SERVER,
    traceId: ids.traceId,
    spanId: ids.causeId,
    parentId: null,
    linked: ids.linked,
    from: change.at,
    until: now,
    attributes: { ...attributes, ...(change.pingId !== null && { "overdue.ping.id": change.pingId }) },
    isFailed: false,
  };
  const step = { from: change.writtenFrom, spanId: ids.changeId, parentId: ids.causeId };
  const words = { "overdue.from": change.from, "overdue.to": change.to };
  const reason = change.reason === null ? {} : { "overdue.reason": change.reason };
  return [
    cause,
    {
      ...cause,
      ...step,
      name: "state change",
      kind: SpanKind.INTERNAL,
      linked: null,
      attributes: { ...attributes, ...words, ...reason },
    },
  ];
}

/** The name of the cause. Without a ping, a down is caused by a deadline, and any other change by a person. */
function causeName({ pingId, to }: StateChange): string {
  if (pingId !== null) return "ping";
  return to === "down" ? "deadline" : "edit";
}

function buildAttemptSpan(attempt: DeliveryAttempt): Span {
  const { incidentId, isEnd, deliveryId, statusCode } = attempt;
  const { traceId, changeId } = traceIds(incidentId, { isEnd });
  return {
    name: "delivery",
    kind: SpanKind.CLIENT,
    traceId,
    spanId: digest(`${deliveryId} ${attempt.attempt}`, 8),
    parentId: changeId,
    linked: null,
    from: attempt.startedAt,
    until: attempt.endedAt,
    attributes: {
      "overdue.incident.id": incidentId,
      "overdue.project.id": attempt.projectId,
      ...(attempt.checkId !== null && { "overdue.check.id": attempt.checkId }),
      "overdue.delivery.id": deliveryId,
      "overdue.delivery.kind": attempt.kind,
      "overdue.delivery.attempt": attempt.attempt,
      "overdue.delivery.outcome": attempt.outcome,
      "overdue.channel.id": attempt.channelId,
      "overdue.channel.kind": attempt.channelKind,
      ...(statusCode !== null && { "http.response.status_code": statusCode }),
    },
    isFailed: attempt.outcome !== "sent",
  };
}

/**
 * The trace of an incident's start has the incident's id, without dashes. Its end may come days later, so it has its own
 * trace, with a link to the first.
 */
function traceIds(incidentId: string, { isEnd }: { isEnd: boolean }) {
  const first = { traceId: incidentId.replaceAll("-", ""), spanId: digest(`${incidentId} cause`, 8) };
  if (!isEnd)
    return {
      traceId: first.traceId,
      causeId: first.spanId,
      changeId: digest(`${incidentId} change`, 8),
      linked: null,
    };
  return {
    traceId: digest(`${incidentId} end`, 16),
    causeId: digest(`${incidentId} end cause`, 8),
    changeId: digest(`${incidentId} end change`, 8),
    linked: first,
  };
}

/** The first bytes of a hash, in hexadecimal digits. */
function digest(text: string, bytes: number): string {
  return createHash("sha256")
    .update(text)
    .digest("hex")
    .slice(0, bytes * 2);
}

const SCOPE = { name: "overdue" };

/** The span as the library passes it to an exporter. The library's own tracers would choose the ids. */
function toReadableSpan(span: Span, resource: Resource): ReadableSpan {
  const { name, kind, traceId, spanId, parentId, linked, attributes } = span;
  const context = (of: { traceId: string; spanId: string }) => ({ ...of, traceFlags: TraceFlags.SAMPLED });
  const until = Math.max(span.from, span.until);
  return {
    name,
    kind,
    spanContext: () => context({ traceId, spanId }),
    ...(parentId !== null && { parentSpanContext: context({ traceId, spanId: parentId }) }),
    startTime: hrTime(span.from),
    endTime: hrTime(until),
    duration: hrTime(until - span.from),
    status: { code: span.isFailed ? SpanStatusCode.ERROR : SpanStatusCode.UNSET },
    attributes,
    links: linked === null ? [] : [{ context: context(linked) }],
    events: [],
    ended: true,
    resource,
    instrumentationScope: SCOPE,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

/** The instant as whole seconds and the remaining nanoseconds. */
function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1_000);
  return [seconds, Math.round((ms - seconds * 1_000) * 1_000_000)];
}
