import type { AttemptOutcome } from "@overdue/core";
import { parseRefusal, readMailRefusal } from "@overdue/channels";

/** What a mail server answered, and to which command. `said`: fit to be shown. */
export type MailAnswer = { command: string; code: number; said: string };

const OUTCOMES = {
  gone: "permanent",
  full: "unavailable",
  content: "unavailable",
  relay: "operator",
  unsure: "doubtful",
} as const;

/**
 * What it means that a mail server refused. Only an answer to the recipient (or to the whole mail, by servers that wait with
 * it) may be about them: whatever is refused before is about us, and for the operator.
 */
export function refusedMail({ command, code, said }: MailAnswer): AttemptOutcome {
  const refusal = readMailRefusal(parseRefusal(said, code));
  if (refusal === "passing") return { outcome: "transient", because: said, uncertain: false };
  if (command === "RCPT TO") return { outcome: OUTCOMES[refusal], because: said };
  if (command === "DATA") {
    // Whoever takes the recipient and not the mail says something about this mail, or about us.
    return { outcome: refusal === "unsure" ? "unavailable" : OUTCOMES[refusal], because: said };
  }
  return code >= 500
    ? { outcome: "operator", because: said }
    : { outcome: "transient", because: said, uncertain: false };
}
