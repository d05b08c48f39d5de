import type { ChannelKind } from "@overdue/channels";

type Named = [name: string, kind: Pick<ChannelKind, "title" | "summary" | "group">];
/** What people call them besides. */
const ALSO: Record<string, string> = {
  teams: "ms microsoft office workflow",
  sms: "twilio text message phone",
  call: "twilio voice phone ring",
  "splunk-on-call": "victorops",
  "google-chat": "hangouts workspace gchat",
  matrix: "element synapse",
  opsgenie: "jira atlassian",
  webhook: "http json curl",
  email: "mail smtp",
};

/** The kinds that have every word in their name, summary or other names. */
export function foundKinds<Kind extends Named>(kinds: readonly Kind[], typed: string): Kind[] {
  const words = typed
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  return kinds.filter(([name, { title, summary }]) => {
    const text = `${name} ${title} ${summary} ${ALSO[name] ?? ""}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
