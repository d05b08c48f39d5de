import type { Instant } from "@overdue/schedules";
import type { Evidence, PingKind, Reason } from "@overdue/core";

/**
 * `reminder`: still down. `run`, `notice`, `report`, `system`: told by their payload, not by an incident. `confirm`: asks
 * whoever has a mailbox whether alerts may come there.
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

/** Several alerts in one message: of one sort that share something, or whatever a channel has collected. */
export type MessageKind = AlertKind | "storm" | "digest";

/** `bad`: something is wrong. `good`: it is over. `neutral`: a test, a report, a line for the record. */
export type Tone = "bad" | "good" | "neutral";

/** Several alerts that one message tells: how many of which sort, and the first few. */
export type AlertGroup = {
  counts: readonly { kind: AlertKind; reason: Reason | null; count: number }[];
  first: readonly {
    kind: AlertKind;
    checkName: string;
    reason: Reason | null;
    payload: Record<string, unknown> | null;
  }[];
  /** Where all are runs and notices: how many there are, and what became of the first few checks. */
  quiet?: {
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
      /** Of the newest run. */
      last: Record<string, unknown> | null;
    }[];
  } | null;
  /** What they share, in words, and how many incidents of it are open now. */
  storm: { id: string; shared: string; open: number } | null;
};

/** All that is known when an alert is written. Plain data; the texts are as the job or the person typed them. */
export type AlertFacts = {
  deliveryId: string;
  kind: AlertKind;
  project: { id: string; name: string };
  channel: { id: string; name: string };
  /** Null for a test. `timezone`: the schedule's own, null for an interval. */
  check: {
    id: string;
    /** The id that stands in its ping URL, and by which Healthchecks' API knows it. */
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
  /** What is told, where it is no incident; read by its kind. */
  payload: Record<string, unknown> | null;
  /** What else the same message tells; null, or left out: this alone. */
  group?: AlertGroup | null;
  /** When it was decided that this is told. */
  writtenAt: Instant;
  /** On an up: its down was never sent here, so this message tells both. */
  tellsDownToo: boolean;
  /** An earlier attempt may have arrived. */
  uncertain: boolean;
  /** The deliveries by which this channel was told of the same incident before, oldest first; left out: none. */
  sentBefore?: readonly string[];
};

/** One line of an alert: what it is, and the value in words. */
export type AlertLine = { label: string; value: string };

/** Lines under a heading of their own; `more`: how many further ones there are. */
export type AlertSection = { title: string; lines: readonly AlertLine[]; more: number };

/** Something that can be done from the alert; the link asks before it acts. */
export type AlertAction = { act: string; label: string; url: string };

/**
 * An alert in words, composed once and rendered per kind of channel. Texts are bounded and free of control characters,
 * and escaped for nothing yet: each kind does that at its own door.
 */
export type AlertMessage = {
  deliveryId: string;
  kind: MessageKind;
  /** How it reads at a glance: what a mark or a colour is chosen by, whatever sort of message it is. */
  tone: Tone;
  /** Stands before the title in the place of the tone's own mark. */
  mark?: string;
  /** Worth a line and not a sound: sent without one where the provider can. */
  silent: boolean;
  /** One line: which check, and what became of it. */
  title: string;
  /** Why, in a plain sentence; empty where the title says it all. */
  sentence: string;
  lines: readonly AlertLine[];
  /** What goes into detail, as a report does; left out where nothing does. */
  sections?: readonly AlertSection[];
  /** The last lines of what the job printed. */
  output: string | null;
  /** The check's page. */
  link: string;
  /** "may repeat #a1b2c3" after an attempt whose end is unknown. */
  repeat: string | null;
  /** What can be done about the incident; left out where there is nothing. */
  actions?: readonly AlertAction[];
  facts: AlertFacts;
};
