import type { Instant } from "@overdue/schedules";
import type { z } from "zod";

import { hostProblem } from "./hosts.ts";
import type { AlertMessage } from "./message/alert.ts";
import { hideSecrets, secretsIn } from "./message/hide-secrets.ts";

/** One input of the form in which a person sets a channel up. `secret`: never shown again once it is stored. */
export type Field = {
  name: string;
  label: string;
  help: string;
  placeholder: string;
  input: "text" | "url" | "email" | "password" | "pairs" | "lines" | "paragraph" | "choice" | "channels";
  secret: boolean;
  required: boolean;
  /** Of a choice; the first is taken where nothing is chosen. */
  choices?: readonly { value: string; label: string }[];
};

/** Where a kind stands in the list of all kinds. */
type KindGroup = "mail" | "chat" | "push" | "on-call" | "phone" | "other";

/** What the operator of this installation set; see the configuration's own list. */
export type Operator = {
  publicUrl: string;
  telegramApiRoot: string;
  telegramBotToken: string | null;
  slackApiUrl: string;
};

/** `trusted`: the operator chose the host, so private addresses are allowed. `onlyHosts`: these, or hosts below them. */
export type HttpRequest = {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  url: string;
  headers: Record<string, string>;
  body: string;
  trusted: boolean;
  onlyHosts: readonly string[] | null;
  /** Sign by Standard Webhooks: the id stays the same for every attempt. */
  signed: { id: string; secret: string } | null;
};

/** `headers`: names in lower case. `body`: at most 64 KB of it. */
export type HttpAnswer = {
  status: number;
  headers: Record<string, string>;
  body: string;
  receivedAt: Instant;
};

/** What an attempt came to. `because` is fit to be stored and shown: no addresses, no tokens. */
export type Outcome =
  | { outcome: "sent"; providerRef: string | null; because: string }
  /** Will never work as it is set: the channel is broken until a person mends it. */
  | { outcome: "permanent"; because: string }
  /** The provider limits us. `retryAfterMs`: the time that it named; null: none, so the retries back off. */
  | { outcome: "throttled"; retryAfterMs: number | null; because: string }
  /** `uncertain`: it may have arrived all the same. `notBeforeMs`: the provider asked for a pause of this length. */
  | { outcome: "transient"; because: string; uncertain: boolean; notBeforeMs?: number }
  /** The target takes nothing for now, such as a full mailbox: the channel stays, another one is told meanwhile. */
  | { outcome: "unavailable"; because: string }
  /** Refused in words that blame neither the target nor our own mail server for certain: what others get decides. */
  | { outcome: "doubtful"; because: string }
  /**
   * Only the operator can mend it: it says nothing about the channel, which never breaks by it. `mayPass`: or it is over by
   * itself, such as a restart of the mail server.
   */
  | { outcome: "operator"; because: string; mayPass?: boolean }
  /** The provider disliked the formatting: once more, as plain text. `orGone`: what it means if that is refused too. */
  | { outcome: "plain"; because: string; orGone?: string }
  /** The target moved: store these settings and try again. */
  | { outcome: "moved"; settings: Record<string, unknown>; because: string };

/** What a person must do before anything can be sent. */
export type Unavailable = { unavailable: string };
/** Nothing is to be sent, and that is right: such as a phone call for a recovery. */
export type Skip = { skip: string };
export type Style = "rich" | "plain";

/** A channel with its settings at hand. */
export type OpenChannel =
  | {
      via: "http";
      /** Pure: the exact request for a message. */
      request(message: AlertMessage, style: Style, operator: Operator): HttpRequest | Unavailable | Skip;
      /** Pure: what the provider's answer means. */
      read(answer: HttpAnswer): Outcome;
    }
  | { via: "mail"; to: string }
  /** Each of these channels of the same project is told instead. */
  | { via: "group"; channelIds: readonly string[] };

/** How much a provider takes: at once and per second by one channel, and per second by all channels of the kind. */
export type Pace = { atOnce: number; perSecond: number; inAllPerSecond: number };

export type Problem = { field: string; message: string };
type Settings = Record<string, unknown>;
export type Parsed =
  | {
      ok: true;
      /** Plain JSON, to be sealed and stored. */
      settings: Record<string, unknown>;
      /** What may be shown of them ever after. */
      hint: string;
      /** Made here because the person gave none, such as a signing secret: to be shown this once. */
      shownOnce: Record<string, string>;
    }
  | { ok: false; problems: readonly Problem[] };

/** One kind of channel, with the type of its settings kept inside. */
export type ChannelKind = {
  title: string;
  summary: string;
  group: KindGroup;
  /** People want one message for many checks; machines want each by itself. */
  forMachines: boolean;
  fields: readonly Field[];
  schema: z.ZodObject;
  pace: Pace;
  parse(input: unknown): Parsed;
  /** @throws where the stored settings are not of this kind. */
  open(settings: unknown): OpenChannel;
};

/** What a kind's own file says; the rest is derived. */
export type KindSpec<Schema extends z.ZodObject> = {
  title: string;
  summary: string;
  group: KindGroup;
  forMachines?: true;
  fields: readonly (Field & { name: keyof z.output<Schema> & string })[];
  schema: Schema;
  /** Turns what a person gave into what the schema takes, where people write the same in several ways. */
  readInput?(input: Settings): { input: Settings } | { problem: Problem };
  /** Where the setting `url` must lead, as a new one is taken and as it is called. */
  hosts?: readonly string[];
  pace: Pace;
  hint(settings: z.output<Schema>): string;
  /** Settings to add where the person left them out. */
  made?(settings: z.output<Schema>): Record<string, string>;
  open(settings: z.output<Schema>): OpenChannel;
};

/** Hides the type of a kind's settings behind functions, so that kinds can stand in one table. */
export function defineKind<Schema extends z.ZodObject>(spec: KindSpec<Schema>): ChannelKind {
  return {
    title: spec.title,
    summary: spec.summary,
    group: spec.group,
    forMachines: spec.forMachines ?? false,
    fields: spec.fields,
    schema: spec.schema,
    pace: spec.pace,
    parse: (input) => parseWith(spec, input),
    open: (settings) => openWith(spec, spec.schema.parse(settings)),
  };
}

/** No answer is read before what it repeats of the channel's secrets is hidden: what is read is stored and shown. */
function openWith<Schema extends z.ZodObject>(
  spec: KindSpec<Schema>,
  settings: z.output<Schema>,
): OpenChannel {
  const channel = spec.open(settings);
  if (channel.via !== "http") return channel;
  const secrets = secretsIn(spec.fields, settings, spec.hint(settings));
  return {
    ...channel,
    read: (answer) => channel.read({ ...answer, body: hideSecrets(answer.body, secrets) }),
  };
}

function parseWith<Schema extends z.ZodObject>(spec: KindSpec<Schema>, input: unknown): Parsed {
  const read = isSettings(input) ? (spec.readInput?.(input) ?? { input }) : { input };
  if ("problem" in read) return { ok: false, problems: [read.problem] };
  const parsed = spec.schema.safeParse(read.input);
  if (!parsed.success) return { ok: false, problems: parsed.error.issues.map(problemOf) };
  const { url } = { url: undefined, ...parsed.data };
  const problem = spec.hosts === undefined || typeof url !== "string" ? null : hostProblem(url, spec.hosts);
  if (problem !== null) return { ok: false, problems: [{ field: "url", message: problem }] };
  const shownOnce = spec.made?.(parsed.data) ?? {};
  return { ok: true, settings: { ...parsed.data, ...shownOnce }, hint: spec.hint(parsed.data), shownOnce };
}

function isSettings(input: unknown): input is Settings {
  return typeof input === "object" && input !== null && !Array.isArray(input);
}

function problemOf(issue: z.core.$ZodIssue): Problem {
  if (issue.code === "unrecognized_keys") {
    return { field: issue.keys.join(", "), message: "There is no such setting for this kind of channel." };
  }
  return { field: issue.path.join("."), message: issue.message };
}
