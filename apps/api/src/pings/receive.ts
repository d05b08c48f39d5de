import {
  httpKeywords,
  isUuid,
  type PingFilter,
  type PingKind,
  readFacts,
  type RunFacts,
} from "@overdue/core";
import { ohDearFailure } from "@overdue/core/dialects";
import {
  findByToken,
  isOwnPingKey,
  type Pool,
  REFUSAL_REASONS,
  type RefusalReason,
  type PingTarget,
} from "@overdue/db";
import type { Logger } from "pino";

import * as answers from "./answers.ts";
import {
  isPreflight,
  type PingAddresses,
  readSender,
  type SaidPing,
  type Sender,
  toArrival,
} from "./arrival.ts";
import type { Clock } from "./clock.ts";
import type { Ingest } from "./ingest.ts";
import { orUnavailable, Unavailable } from "./unavailable.ts";
import { type Outcome, recordOrAlias } from "./ping-store.ts";
import { foreignOutcomeInBody } from "./other-dialects.ts";
import {
  isSlug,
  type Owner,
  ownerOfTarget,
  partBehindKey,
  type PingUrl,
  type Problem,
  readPingUrl,
} from "./ping-url.ts";
import type { PingRequest } from "./ping-request.ts";
import { type ReadBody, readBody } from "./read-body.ts";
import type { Refusals } from "./refusals.ts";
import { isOwnForward, type ShadowCopies } from "./shadow-copies.ts";

type ReceiveOptions = {
  pool: Pool;
  ingest: Pick<Ingest, "record">;
  clock: Clock;
  refusals: Pick<Refusals, "note" | "hasTooMany">;
  bodyBytesMax: number;
  /** How long a body may take, in milliseconds. */
  bodyTimeMs: number;
  /** How many checks the target names. Called only for pings that are refused. */
  lookFor: (target: PingTarget) => Promise<"one" | "none" | "several">;
  /** How the check reads its pings. Called only for a body that is not kept whole or that may be another dialect. */
  findFilters: (target: PingTarget) => Promise<readonly PingFilter[]>;
  /** Takes a ping in the form of another monitor; null for anything else. */
  inDialect: (request: PingRequest) => Promise<answers.PingAnswer | null>;
  addresses: PingAddresses;
  /** Takes what is forwarded to another product. */
  copies: Pick<ShadowCopies, "add">;
  publicUrl: string;
  log: Logger;
};

/** Answers one ping; `path` is what follows `/ping/`. The texts are those that Healthchecks' clients know. */
export function pingReceiver(options: ReceiveOptions) {
  return async (request: PingRequest, path: string): Promise<answers.PingAnswer> => {
    if (isPreflight(request)) return answers.preflight();
    if (isOwnForward(request, options.publicUrl)) return answers.problem(answers.FORWARDED_TO_ITSELF);
    const sender = readSender(request, options);
    const url = readPingUrl(path, request.query);
    if (mayBeForeign(url) || (endsWithWord(url) && (await isOfToken(url, options)))) {
      const answered = await options.inDialect({ ...request, target: `/ping/${path}` });
      if (answered !== null) return answered;
    }
    const refuse = createRefuser(sender, request.target, options);
    try {
      switch (url.kind) {
        case "no such page":
          return refuse(url.owner, unknownPathReason(url.owner), answers.notFound());
        case "bad slug":
          return refuse(url.owner, "invalid-slug", answers.problem("invalid url format"));
        case "malformed":
          return await refuseMalformed(url, { refuse, options });
        case "ping":
          return await storePing(request, { url, sender, refuse, options });
      }
    } catch (error) {
      if (!(error instanceof Unavailable)) options.log.error({ err: error }, "A ping could not be answered.");
      return answers.unavailable();
    }
  };
}

/** Whatever is no ping of ours; a UUID with a word behind it has the form of a key and a slug. */
function mayBeForeign(url: PingUrl): boolean {
  return url.kind !== "ping" || (url.target.kind === "slug" && isUuid(url.target.pingKey));
}

/** What other products say behind a token, and what may be the slug behind a ping key too. */
const WORDS = /^(?:starting|finished|failed|run|complete|fail|ok|tick)$/;

function endsWithWord(url: PingUrl): url is Extract<PingUrl, { kind: "ping" }> {
  return url.kind === "ping" && url.target.kind === "slug" && WORDS.test(url.target.slug);
}

/** Whether what has the form of a ping key and a slug is a token of another product, which some check has, and a word. */
async function isOfToken({ target }: { target: PingTarget }, { pool }: ReceiveOptions): Promise<boolean> {
  if (target.kind !== "slug" || isOwnPingKey(target.pingKey)) return false;
  return (await findByToken(pool, target.pingKey).catch(() => null)) !== null;
}

/** What is wrong with a URL below /ping that names no check: its slug, or else the rest of its path. */
function unknownPathReason(owner: Owner | null): RefusalReason {
  return owner?.kind === "key" && !isSlug(owner.slug) ? "invalid-slug" : "unknown-path";
}

type Refuse = (owner: Owner | null, reason: RefusalReason, answer: answers.PingAnswer) => answers.PingAnswer;

/** Returns a function that stores a refusal and returns its answer: 429 in its place for an address with too many refusals. */
function createRefuser(
  { host, ...sender }: Sender,
  target: string,
  { refusals, clock }: ReceiveOptions,
): Refuse {
  return (owner, reason, answer) => {
    const at = clock.now();
    const { method, userAgent, remoteAddress } = sender;
    const asked = partBehindKey(target);
    refusals.note({ owner, reason, asked, method, userAgent, remoteAddress, host, at });
    return answer.status >= 400 && refusals.hasTooMany(host, at) ? answers.slowDown() : answer;
  };
}

async function refuseMalformed(
  { target, problem }: Extract<PingUrl, { kind: "malformed" }>,
  { refuse, options }: { refuse: Refuse; options: ReceiveOptions },
): Promise<answers.PingAnswer> {
  const owner = ownerOfTarget(target);
  switch (await orUnavailable(options.lookFor(target))) {
    case "one":
      return refuse(owner, REASONS[problem.kind], answers.problem(sentenceFor(problem)));
    case "several":
      return refuse(owner, "ambiguous-slug", answers.ambiguous());
    case "none":
      return refuse(owner, unknownReason(target), answers.notFound());
  }
}

const REASONS = {
  "invalid url format": "invalid-exit-status",
  "invalid uuid format": "invalid-run-id",
  "other dialect": "other-dialect",
} as const;

function sentenceFor(problem: Problem): string {
  return problem.kind === "other dialect" ? answers.otherDialect(problem) : problem.kind;
}

function unknownReason(target: PingTarget): RefusalReason {
  return ownerOfTarget(target).kind === "uuid" ? "unknown-path" : "unknown-slug";
}

async function storePing(
  request: PingRequest,
  {
    url,
    sender,
    refuse,
    options,
  }: {
    url: Extract<PingUrl, { kind: "ping" }>;
    sender: Sender;
    refuse: Refuse;
    options: ReceiveOptions;
  },
): Promise<answers.PingAnswer> {
  const { target } = url;
  const body = await readBody(request.body, {
    limit: options.bodyBytesMax,
    timeMs: options.bodyTimeMs,
    keywords: async () => (await orUnavailable(options.findFilters(target))).flatMap(httpKeywords),
  });
  const isPlain = url.action === "success" && url.exitStatus === null;
  const failure = isPlain ? failureInBody(body) : null;
  const words = isPlain && failure === null ? foreignOutcomeInBody(body) : null;
  // A check that looks for keywords in bodies decides by its own rules.
  const decidesItself = (failure ?? words) !== null && (await looksIntoBodies(target, options));
  if (words !== null && !decidesItself) {
    const problem = { kind: "other dialect", words, place: "body" } as const;
    return await refuseMalformed({ kind: "malformed", target, problem }, { refuse, options });
  }
  const said: SaidPing = failure === null || decidesItself ? url : failedBy(url, failure);
  const at = options.clock.now();
  const extra = factsIn(request.header(FACTS_HEADER), said.action);
  const recorded = await recordOrAlias(toArrival({ ...said, ...extra }, { sender, body, at }), options);
  const { action: kind, exitStatus, rid, durationMs = null } = said;
  const copied = { dialect: null, kind, exitStatus, rid, durationMs, body: body.kept, at };
  options.copies.add(recorded, { said: copied, request, sender });
  return answerRecorded(recorded, { target: url.target, refuse, bodyBytesMax: options.bodyBytesMax });
}

/** A longer body is the output of a job. */
const FIELDS_BYTES_MAX = 2_000;

function failureInBody({ kept }: ReadBody) {
  return kept === null || kept.length > FIELDS_BYTES_MAX ? null : ohDearFailure(kept.toString("utf8"));
}

async function looksIntoBodies(target: PingTarget, { findFilters }: ReceiveOptions): Promise<boolean> {
  const readings = await orUnavailable(findFilters(target));
  return readings.some(({ filterHttpBody }) => filterHttpBody);
}

/** The ping as a failure with what its body says of the run. */
function failedBy(
  url: Extract<PingUrl, { kind: "ping" }>,
  { exitStatus, durationMs }: NonNullable<ReturnType<typeof ohDearFailure>>,
): SaidPing {
  return { ...url, action: "fail", exitStatus, ...(durationMs !== null && { durationMs }) };
}

/** In lower case: what the command `overdue` says about a run, as JSON. */
const FACTS_HEADER = "overdue-facts";

/** What a header says about the run, and how long that took, by which an end without a start is timed. */
function factsIn(header: string | undefined, action: PingKind): { facts?: RunFacts; durationMs?: number } {
  const facts = header === undefined ? null : readFacts(header);
  if (facts === null) return {};
  const { durationMs } = facts;
  const isTimed = action !== "start" && typeof durationMs === "number" && durationMs >= 0;
  return { facts, ...(isTimed && { durationMs: Math.round(durationMs) }) };
}

function answerRecorded(
  recorded: Outcome,
  { target, refuse, bodyBytesMax }: { target: PingTarget; refuse: Refuse; bodyBytesMax: number },
): answers.PingAnswer {
  switch (recorded.kind) {
    case "unknown":
      return refuse(
        ownerOfTarget(target),
        recorded.full === undefined ? unknownReason(target) : "over-plan",
        answers.notFound(recorded.full),
      );
    case "ambiguous":
      return refuse(ownerOfTarget(target), "ambiguous-slug", answers.ambiguous());
    case "kept":
      return recorded.isKnown
        ? answers.storedAnswer({ created: false }, bodyBytesMax)
        : answers.keptAnswer(bodyBytesMax);
    case "recorded": {
      const stored = answers.storedAnswer(recorded, bodyBytesMax);
      const reason = REFUSAL_REASONS.find((each) => each === recorded.ignoredBecause);
      return reason === undefined ? stored : refuse(ownerOfTarget(target), reason, stored);
    }
  }
}
