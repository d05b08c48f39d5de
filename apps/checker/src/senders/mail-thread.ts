import type { AlertMessage } from "@overdue/channels";

/**
 * Headers by which a mail program shows the mails of one incident, or of one storm, together. The first reference stands
 * for the incident and is never sent, so that they belong together whichever of them arrive (RFC 5322, 3.6.4). The
 * Message-ID is the same for every attempt: a mail server may drop a repeat.
 */
export function threadHeaders(message: AlertMessage, domain: string) {
  const idOf = (name: string) => `<${name}@${domain}>`;
  const messageId = idOf(message.deliveryId);
  const topic = topicOf(message);
  if (topic === null) return { messageId };
  const earlier = [topic, ...(message.facts.sentBefore ?? [])].map(idOf);
  return { messageId, inReplyTo: earlier.at(-1), references: earlier };
}

function topicOf({ facts }: AlertMessage): string | null {
  if (facts.group) return facts.group.storm === null ? null : `storm-${facts.group.storm.id}`;
  return facts.incident === null ? null : `incident-${facts.incident.id}`;
}
