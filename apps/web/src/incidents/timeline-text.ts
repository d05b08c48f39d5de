import { capital, REASON_WORDS } from "../words/reason-text.ts";
import { snoozeText } from "./attention-text.ts";
import type { TimelineItem } from "./incident-queries.ts";

const STATUS_WORDS: Record<string, string> = { up: "Up again", down: "Down", paused: "Paused", new: "New" };
const STATE_WORDS: Record<string, string> = {
  pending: "queued",
  sending: "being sent",
  retry: "will be tried again",
  sent: "accepted",
  failed: "given up",
  superseded: "overtaken by a newer one",
};
const TELLS: Record<string, string> = { down: "Down alert", up: "Recovery", reminder: "Reminder" };

/** One line of a timeline: what happened, and through whom. */
export function timelineText(item: TimelineItem): string {
  switch (item.kind) {
    case "flip":
      return item.reason === null
        ? (STATUS_WORDS[item.to] ?? item.to)
        : `${STATUS_WORDS[item.to] ?? item.to}: ${REASON_WORDS[item.reason]}`;
    case "delivery":
      return `${TELLS[item.tells] ?? capital(item.tells)} to ${item.channelName}: ${stateText(item)}`;
    case "acknowledged":
      return `${item.by} acknowledged it`;
    case "unacknowledged":
      return `${item.by} took the acknowledgement back`;
    case "snoozed":
      return `${item.by} snoozed it ${snoozeText(item.text)}`;
    case "maintenance":
      return `Maintenance “${item.text}”, planned by ${item.by}`;
    case "note":
      return `${item.by}: ${item.text}`;
  }
}

type Delivered = Pick<Extract<TimelineItem, { kind: "delivery" }>, "state" | "attempts" | "lastError">;

function stateText({ state, attempts, lastError }: Delivered): string {
  const tries = attempts > 1 ? ` after ${attempts} tries` : "";
  const because = lastError === null || state === "sent" ? "" : ` (${lastError})`;
  return `${STATE_WORDS[state] ?? state}${tries}${because}`;
}
