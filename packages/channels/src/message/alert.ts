import type { AlertFacts, DeliveryKind, Mark } from "@overdue/core";

/** `storm`: alerts of one kind that share something. `digest`: alerts that a channel collected. */
export type MessageKind = DeliveryKind | "storm" | "digest";

/** `bad`: something is wrong. `good`: it is over. `neutral`: a test, a report, or a message for the record. */
export type Tone = "bad" | "good" | "neutral";

/** One line of an alert, such as "Exit status: 137, killed (SIGKILL)". */
export type AlertLine = { label: string; value: string };

/** Lines under a heading; `more` is how many further ones there are. */
export type AlertSection = { title: string; lines: readonly AlertLine[]; more: number };

/** Something that can be done from the alert; the linked page asks for confirmation. */
export type AlertAction = { act: string; label: string; url: string };

/** The part of a message that depends on its kind. */
export type MessageWords = {
  title: string;
  sentence: string;
  lines: AlertLine[];
  strip?: readonly Mark[];
  tone: Tone;
  silent: boolean;
  mark?: string;
};

/**
 * An alert in words, composed once and rendered by each kind of channel. Texts are bounded and free of control
 * characters; each kind escapes them for its own format.
 */
export type AlertMessage = {
  deliveryId: string;
  kind: MessageKind;
  /** Chooses the mark and the colour. */
  tone: Tone;
  /** The symbol before the title, if it is not that of the tone. */
  mark?: string;
  /** Sent without a sound if the provider can do that. */
  silent: boolean;
  /** One line, such as "nightly backup is down: missed". */
  title: string;
  /** Why, in a sentence; empty if the title says everything. */
  sentence: string;
  lines: readonly AlertLine[];
  /** The marks of the check's recent runs, oldest first; one of the lines says the same in words. Left out if unknown. */
  strip?: readonly Mark[];
  /** The details of a report; left out for every other message. */
  sections?: readonly AlertSection[];
  /** The last lines of the job's output. */
  output: string | null;
  /** What the output is of, if not of the run that the message is about; left out otherwise. */
  earlierOutput?: string;
  /** The page in the app, such as that of the check. */
  link: string;
  /** "may repeat #a1b2c3" after an attempt whose result is unknown. */
  repeat: string | null;
  /** What can be done about the incident; left out if there is nothing. */
  actions?: readonly AlertAction[];
  facts: AlertFacts;
};
