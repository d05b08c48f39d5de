import type { AttemptOutcome, RateLimit } from "@overdue/core";
import type { Instant } from "@overdue/schedules";
import type { z } from "zod";

import { hostProblem } from "./addresses.ts";
import { type AnswerRules, outcomeByRules } from "./answers.ts";
import { hideSecrets, secretsIn } from "./hide-secrets.ts";
import type { AlertMessage } from "./message/alert.ts";
import { isForTheRecord } from "./message/parts.ts";

/** One input of the form in which a person sets up a channel. A `secret` is never shown again once it is stored. */
export type Field = {
  name: string;
  label: string;
  help: string;
  placeholder: string;
  input: "text" | "url" | "email" | "password" | "pairs" | "lines" | "paragraph" | "choice" | "channels";
  secret: boolean;
  required: boolean;
  /** For the input "choice"; the first is the default. */
  choices?: readonly { value: string; label: string }[];
};

/** The section of the list in which the app offers a kind. */
type KindGroup = "mail" | "chat" | "push" | "on-call" | "phone" | "other";

/** The settings of the instance that requests need; see packages/config. */
export type Operator = {
  publicUrl: string;
  telegramApiRoot: string;
  telegramBotToken: string | null;
  slackApiUrl: string;
};

/**
 * `trusted`: the operator chose the host, so it may be a private address. `onlyHosts`: the request may reach these hosts
 * and hosts below them, and no others.
 */
export type HttpRequest = {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  url: string;
  headers: Record<string, string>;
  body: string;
  trusted: boolean;
  onlyHosts: readonly string[] | null;
  /** How the request is signed (Standard Webhooks); the id is the same for every attempt. */
  signed: Signed | null;
  /** The body is encrypted for a browser's subscription and signed with the instance's own keys (RFC 8291, 8292). */
  push?: PushTarget;
};

/** `former`: the secret before, which signs too until then. */
export type Signed = { id: string; secret: string; former: { secret: string; until: Instant } | null };

/** A browser's subscription, and how its push service treats the message (RFC 8030). Keys are base64url. */
export type PushTarget = {
  p256dh: string;
  auth: string;
  /** How long the push service keeps it for a device that is away. */
  ttlSeconds: number;
  urgency: "low" | "normal" | "high";
  /** It replaces an undelivered message of the same topic. */
  topic: string;
};

/** A response. Names of headers are in lower case; the body is cut at 64 KB. */
export type HttpAnswer = {
  status: number;
  headers: Record<string, string>;
  body: string;
  receivedAt: Instant;
};

/** What a response means: the outcome of the attempt, or that it is repeated at once in a simpler form. */
export type Outcome =
  | AttemptOutcome
  /** The provider refused the formatting: repeat as plain text. `ifPlainRefused`: what it means if that is refused too. */
  | { outcome: "plain"; because: string; ifPlainRefused?: string };

/** Nothing can be sent until a person does what this sentence says. */
export type Unavailable = { unavailable: string };
/** Nothing is sent on purpose, such as no phone call for a recovery; `skip` says why. */
export type Skip = { skip: string };
export type Style = "rich" | "plain";

/** A channel with its settings. */
export type OpenChannel =
  | {
      via: "http";
      /** Builds the request for a message; pure. */
      request(message: AlertMessage, style: Style, operator: Operator): HttpRequest | Unavailable | Skip;
      /** Decides what the provider's response means; pure. */
      read(answer: HttpAnswer): Outcome;
    }
  | { via: "mail"; to: string }
  /** Each of these channels of the same project gets the message instead. */
  | { via: "group"; channelIds: readonly string[] };

/**
 * How much a provider accepts: requests at the same time and per second for one channel, and per second for all channels
 * of the kind together.
 */
export type SendingLimits = RateLimit & {
  concurrency: number;
  /** Requests at the same time from one sender for all channels of the kind, if they share a server; unlimited by default. */
  concurrencyInAll?: number;
};

export type Problem = { field: string; message: string };
type Settings = Record<string, unknown>;
export type Parsed =
  | {
      ok: true;
      /** Plain JSON, to be sealed and stored. */
      settings: Record<string, unknown>;
      /** The part of the settings that may be shown later. */
      hint: string;
      /** Values that were generated because the person gave none, such as a signing secret; they are shown only now. */
      shownOnce: Record<string, string>;
    }
  | { ok: false; problems: readonly Problem[] };

/** One kind of channel. The type of its settings stays inside, so that all kinds fit into one table. */
export type ChannelKind = {
  title: string;
  summary: string;
  group: KindGroup;
  /** People want one message for many checks; programs want each message by itself. */
  forMachines: boolean;
  fields: readonly Field[];
  schema: z.ZodObject;
  /** Settings that end, instead of being asked for again, where an address changes its origin. */
  endsWithAddress: readonly string[];
  rateLimit: SendingLimits;
  parse(input: unknown): Parsed;
  /** @throws if the stored settings do not fit this kind. */
  open(settings: unknown): OpenChannel;
};

/** What the file of a kind defines. */
type KindSpec<Schema extends z.ZodObject> = {
  title: string;
  summary: string;
  group: KindGroup;
  forMachines?: true;
  fields: readonly (Field & { name: keyof z.output<Schema> & string })[];
  schema: Schema;
  /** Converts what people type, which may have several forms, into the form that the schema accepts. */
  readInput?(input: Settings): { input: Settings } | { problem: Problem };
  endsWithAddress?: readonly (keyof z.output<Schema> & string)[];
  /** The hosts that the setting `url` may have; checked when settings are saved. */
  hosts?: readonly string[];
  rateLimit: SendingLimits;
  hint(settings: z.output<Schema>): string;
  /** Generates the settings that the person left out. */
  generate?(settings: z.output<Schema>): Record<string, string>;
};

/** Defines a kind of channel with its own `open`. */
export function defineKind<Schema extends z.ZodObject>(
  spec: KindSpec<Schema> & { open(settings: z.output<Schema>): OpenChannel },
): ChannelKind {
  return {
    title: spec.title,
    summary: spec.summary,
    group: spec.group,
    forMachines: spec.forMachines ?? false,
    fields: spec.fields,
    schema: spec.schema,
    endsWithAddress: spec.endsWithAddress ?? [],
    rateLimit: spec.rateLimit,
    parse: (input) => parseWith(spec, input),
    open: (settings) => spec.open(spec.schema.parse(settings)),
  };
}

export type HttpKindSpec<Schema extends z.ZodObject> = KindSpec<Schema> & {
  /** Runs, notices and reports are not sent, because the provider keeps only incidents. */
  onlyIncidents?: true;
  /** Builds the request for a message; pure. */
  request(
    settings: z.output<Schema>,
    message: AlertMessage,
    context: { style: Style; operator: Operator },
  ): HttpRequest | Unavailable | Skip;
  /** What the provider's responses mean: a table of rules, or a function if a table is not enough. */
  answers: AnswerRules | ((answer: HttpAnswer, settings: z.output<Schema>) => Outcome);
};

/** Defines a kind of channel that sends each message in one HTTP request. */
export function defineHttpKind<Schema extends z.ZodObject>(spec: HttpKindSpec<Schema>): ChannelKind {
  return defineKind({ ...spec, open: (settings) => openHttp(spec, settings) });
}

function openHttp<Schema extends z.ZodObject>(
  spec: HttpKindSpec<Schema>,
  settings: z.output<Schema>,
): OpenChannel {
  const { answers } = spec;
  // Responses are stored and shown, so secrets that they repeat are hidden first.
  const secrets = secretsIn(spec.fields, settings, spec.hint(settings));
  return {
    via: "http",
    request: (message, style, operator) =>
      spec.onlyIncidents && isForTheRecord(message)
        ? { skip: `${spec.title} keeps only incidents, and this message is not about one.` }
        : spec.request(settings, message, { style, operator }),
    read: (raw) => {
      const answer = { ...raw, body: hideSecrets(raw.body, secrets) };
      return typeof answers === "function" ? answers(answer, settings) : outcomeByRules(answers, answer);
    },
  };
}

function parseWith<Schema extends z.ZodObject>(spec: KindSpec<Schema>, input: unknown): Parsed {
  const read = isSettings(input) ? (spec.readInput?.(input) ?? { input }) : { input };
  if ("problem" in read) return { ok: false, problems: [read.problem] };
  const parsed = spec.schema.safeParse(read.input);
  if (!parsed.success) return { ok: false, problems: parsed.error.issues.map(toProblem) };
  const { url } = { url: undefined, ...parsed.data };
  const problem = spec.hosts === undefined || typeof url !== "string" ? null : hostProblem(url, spec.hosts);
  if (problem !== null) return { ok: false, problems: [{ field: "url", message: problem }] };
  const shownOnce = spec.generate?.(parsed.data) ?? {};
  return { ok: true, settings: { ...parsed.data, ...shownOnce }, hint: spec.hint(parsed.data), shownOnce };
}

function isSettings(input: unknown): input is Settings {
  return typeof input === "object" && input !== null && !Array.isArray(input);
}

function toProblem(issue: z.core.$ZodIssue): Problem {
  if (issue.code === "unrecognized_keys") {
    return { field: issue.keys.join(", "), message: "There is no such setting for this kind of channel." };
  }
  return { field: issue.path.join("."), message: issue.message };
}
