import type { Instant } from "@overdue/schedules";
import type { Evidence } from "../checks/event.ts";
import { type Hearer, hearersOf } from "./hearers.ts";
import type { News } from "./news.ts";
import type { Question } from "./who-would-hear.ts";

/** A channel that hears of a check without any change of its status, and when it would of something at an instant. */
export type NewsListener = {
  channelId: string;
  hears: "runs" | "failures" | "notices";
  at: Instant;
  because: string;
};

/** Who hears of each run, of each failure alone, and of notices: by the decision that is taken in earnest. */
export function whoHearsNews({ check, routes, directory, at }: Omit<Question, "reason">): NewsListener[] {
  const hearing = { check, routes, directory, toldOfChange: new Set<string>(), isSnoozed: false, now: at };
  const heard = (news: News) => hearersOf([news], hearing);
  const runs = heard(runAt(at, "success"));
  const ofEach = new Set(runs.map(({ channelId }) => channelId));
  const failures = heard(runAt(at, "fail")).filter(({ channelId }) => !ofEach.has(channelId));
  return [
    ...runs.map(listenerOf("runs")),
    ...failures.map(listenerOf("failures")),
    ...heard(noticeAt(at)).map(listenerOf("notices")),
  ];
}

function listenerOf(hears: NewsListener["hears"]) {
  return ({ channelId, notBefore, because }: Hearer): NewsListener => ({
    channelId,
    hears,
    at: notBefore,
    because,
  });
}

function runAt(at: Instant, outcome: "success" | "fail"): News {
  const run = {
    id: "",
    rid: null,
    host: null,
    startedAt: null,
    endedAt: at,
    durationMs: null,
    exitStatus: null,
    overlong: false,
    guessed: false,
    outcome,
  };
  return { kind: "run", run, noticed: null, isChange: false, isPlanned: false };
}

function noticeAt(at: Instant): News {
  return { kind: "notice", at, notice: "overlong", evidence: NOTHING, runId: null, isPlanned: false };
}

const NOTHING: Evidence = {
  expectedAt: null,
  deadlineAt: null,
  lastHeardAt: null,
  exitStatus: null,
  runId: null,
  pingNumber: null,
  durationMs: null,
  limitMs: null,
};
