import type { Instant } from "@overdue/schedules";
import type { Evidence, PingKind, Reason } from "@overdue/core";

/**
 * `reminder`: still down. `run`, `notice`, `report`, `system`: about their payload, not about an incident. `confirm`: asks
 * the reader of a mailbox whether alerts may be sent there.
 */
export type AlertKind =
  | "down"
  | "up"
  | "test"
  | "reminder"
  | "run"
  | "notice"
  | "report"
  | "system"
  | "confirm";

/** `storm`: alerts of one kind that share something. `digest`: alerts that a channel collected. */
export type MessageKind = AlertKind | "storm" | "digest";

/** `bad`: something is wrong. `good`: it is over. `neutral`: a test, a report, a line for the record. */
export type Tone = "bad" | "good" | "neutral";

/** The alerts that are sent in one message: how many of each kind, and the first few. */
export type AlertGroup = {
  counts: readonly { kind: AlertKind; reason: Reason | null; count: number }[];
  first: readonly {
    kind: AlertKind;
    checkName: string;
    reason: Reason | null;
    payload: Record<string, unknown> | null;
  }[];
  /** Set where all of them are runs and notices: how many there are, and those of the first few checks. */
  informational?: {
    checks: number;
    runs: number;
    failed: number;
    notices: number;
    first: readonly {
      name: string;
      timezone: string | null;
      runs: number;
      failed: number;
      notices: number;
      /** The payload of the newest run. */
      last: Record<string, unknown> | null;
    }[];
  } | null;
  /** The storm that they belong to: what its incidents share, in words, and how many of them are open now. */
  storm: { id: string; shared: string; open: number } | null;
};

/** Everything an alert is composed from, as plain data. Texts are as the job or the person typed them. */
export type AlertFacts = {
  deliveryId: string;
  kind: AlertKind;
  project: { id: string; name: string };
  channel: { id: string; name: string };
  /** Null for a test. `timezone`: the schedule's own, null for an interval. */
  check: {
    id: string;
    /** The id in its ping URL, which is also its id in the Healthchecks API. */
    pingUuid: string;
    name: string;
    slug: string;
    tags: readonly string[];
    timezone: string | null;
    graceSeconds: number;
  } | null;
  flip: { at: Instant; reason: Reason | null } | null;
  incident: { id: string; reason: Reason; evidence: Evidence; openedAt: Instant } | null;
  /** The newest ping not later than the flip; `output` is the end of its body. */
  lastPing: { at: Instant; kind: PingKind; exitStatus: number | null; output: string | null } | null;
  /** What the alert is about where it is about no incident; its shape depends on `kind`. */
  payload: Record<string, unknown> | null;
  /** The alerts that are sent in the same message; null or left out: only this one. */
  group?: AlertGroup | null;
  /** When the delivery was written. */
  writtenAt: Instant;
  /** The down of this up was never sent to the channel, so the message reports both. */
  includesDown: boolean;
  /** An earlier attempt may have arrived. */
  uncertain: boolean;
  /** The ids of earlier deliveries about the same incident to this channel, oldest first; left out: none. */
  sentBefore?: readonly string[];
};

/** One line of an alert, such as "Exit status: 137, killed (SIGKILL)". */
export type AlertLine = { label: string; value: string };

/** Lines under a heading; `more` is how many further ones there are. */
export type AlertSection = { title: string; lines: readonly AlertLine[]; more: number };

/** Something that can be done from the alert; the link asks before it acts. */
export type AlertAction = { act: string; label: string; url: string };

/**
 * An alert in words, composed once and rendered by each kind of channel. Texts are bounded and free of control
 * characters; each kind escapes them for its own format.
 */
export type AlertMessage = {
  deliveryId: string;
  kind: MessageKind;
  /** Chooses the mark and the colour. */
  tone: Tone;
  /** Stands before the title instead of the mark of the tone. */
  mark?: string;
  /** Sent without a sound where the provider can do that. */
  silent: boolean;
  /** One line, such as "nightly backup is down: missed". */
  title: string;
  /** Why, in a sentence; empty where the title says everything. */
  sentence: string;
  lines: readonly AlertLine[];
  /** The details of a report; left out for every other message. */
  sections?: readonly AlertSection[];
  /** The last lines of the job's output. */
  output: string | null;
  /** The page in the app, such as that of the check. */
  link: string;
  /** "may repeat #a1b2c3" after an attempt whose result is unknown. */
  repeat: string | null;
  /** What can be done about the incident; left out where it is nothing. */
  actions?: readonly AlertAction[];
  facts: AlertFacts;
};
