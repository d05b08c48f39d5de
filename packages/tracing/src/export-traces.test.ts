import { type HttpFake, startHttpFake } from "@overdue/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";

import { deliveryAttempts, startTracing, type StateChange, stateChanges } from "./index.ts";

type Span = {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  links: { traceId: string; spanId: string }[];
  status: { code: number };
};
type Exported = { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] };

const INCIDENT = "019ad5a0-8c1e-7bd2-9d3e-0f4c6a7b8c9d";
const DEADLINE = Date.parse("2026-11-30T04:10:00.250Z");
const DOWN: StateChange = {
  incidentId: INCIDENT,
  projectId: "d8c7a3f2-6a5b-4f0e-8f5e-2f3c1f9c7b11",
  checkId: "4f3f8c57-9a3e-4a43-9a1e-0f8a2a1c7d22",
  from: "up",
  to: "down",
  reason: "missed",
  at: DEADLINE,
  pingId: null,
  writtenFrom: DEADLINE + 40,
};

let collector: HttpFake;
let bodies: string[] = [];
let status = 200;
const warnings: string[] = [];
const log = {
  warn: (...words: [object, string] | [string]) => void warnings.push(words[1] ?? ""),
};

beforeEach(async () => {
  [bodies, status] = [[], 200];
  warnings.length = 0;
  collector = await startHttpFake((request, answer) => {
    if (request.path === "/v1/traces") bodies.push(request.body);
    answer({ status, body: "{}" });
  });
});
afterEach(() => collector.close());

test("without an address nobody listens", async () => {
  const stop = await startTracing(null, { process: "api", log });
  expect([stateChanges.hasSubscribers, deliveryAttempts.hasSubscribers]).toEqual([false, false]);
  await stop();
});

test("a missed deadline, its change of state and its message are one trace, whose id is the incident's", async () => {
  await exportTraces("checker", () => stateChanges.publish(DOWN));
  await exportTraces("sender", () => publishAttempt({ isEnd: false, outcome: "sent" }));
  const [deadline, change, delivery] = spans();
  expect([deadline?.name, change?.name, delivery?.name]).toEqual(["deadline", "state change", "delivery"]);
  expect(new Set(spans().map(({ traceId }) => traceId))).toEqual(new Set([INCIDENT.replaceAll("-", "")]));
  expect(deadline?.parentSpanId).toBeUndefined();
  expect([change?.parentSpanId, delivery?.parentSpanId]).toEqual([deadline?.spanId, change?.spanId]);
  expect(deadline?.startTimeUnixNano).toBe(`${DEADLINE}000000`);
});

test("the end of an incident is a trace of its own, with a link to the first", async () => {
  await exportTraces("api", () => stateChanges.publish(DOWN));
  const [deadline] = spans();
  await exportTraces("api", () => {
    stateChanges.publish({ ...DOWN, from: "down", to: "up", reason: null, pingId: "p" });
    publishAttempt({ isEnd: true, outcome: "transient" });
  });
  const [ping, change, delivery] = spans().slice(2);
  expect(ping?.name).toBe("ping");
  expect(ping?.traceId).not.toBe(deadline?.traceId);
  expect(ping?.links).toMatchObject([{ traceId: deadline?.traceId, spanId: deadline?.spanId }]);
  expect([delivery?.traceId, delivery?.parentSpanId]).toEqual([ping?.traceId, change?.spanId]);
  expect(delivery?.status.code).toBe(2);
});

test("a collector that refuses is said once in the log, and nothing else fails", async () => {
  status = 400;
  const stop = await startTracing(collector.url, { process: "api", log });
  stateChanges.publish(DOWN);
  await stop();
  expect(warnings).toEqual(["Traces are lost: the collector does not accept them."]);
});

async function exportTraces(process: "api" | "checker" | "sender", publish: () => void): Promise<void> {
  const stop = await startTracing(collector.url, { process, log });
  publish();
  await stop();
}

function publishAttempt({ isEnd, outcome }: { isEnd: boolean; outcome: string }): void {
  const { incidentId, projectId, checkId } = DOWN;
  deliveryAttempts.publish({
    incidentId,
    projectId,
    checkId,
    isEnd,
    outcome,
    deliveryId: "a7a6f6c0-52d8-4a5e-9a51-4c1d2c0c9e33",
    channelId: "b0b8f9c1-6a1f-4d8c-8a77-9d4b3c2a1f44",
    channelKind: "webhook",
    kind: isEnd ? "up" : "down",
    attempt: 1,
    statusCode: null,
    startedAt: DEADLINE + 60,
    endedAt: DEADLINE + 90,
  });
}

function spans(): Span[] {
  const all = bodies.map((body) => JSON.parse(body) as Exported);
  return all.flatMap(({ resourceSpans }) =>
    resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
  );
}
