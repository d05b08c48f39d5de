import { sanitised } from "@overdue/channels";
import type { Bounce } from "@overdue/db";
import PostalMime, { type Email } from "postal-mime";

/**
 * What a mail to a bounce address says: that one of ours came back (RFC 3464), or that its reader reported it (RFC 5965).
 * Null for all else: a delay, a receipt, somebody's answer from holidays. Bounces of before these standards, as Exim's and
 * qmail's are known by, count where they are sure.
 */
export async function readReport(source: Buffer): Promise<Bounce | null> {
  const mail = await parsed(source);
  if (mail === null) return null;
  const complaint = part(mail, "message/feedback-report");
  if (complaint !== null) return complaintIn(complaint);
  const report = part(mail, "message/delivery-status");
  return report === null ? oldStyle(mail) : failureIn(report);
}

async function parsed(source: Buffer): Promise<Email | null> {
  try {
    return await PostalMime.parse(source, { maxNestingDepth: 20 });
  } catch {
    return null;
  }
}

function part(mail: Email, type: string): string | null {
  const found = mail.attachments.find(({ mimeType }) => mimeType.toLowerCase() === type);
  if (found === undefined) return null;
  return typeof found.content === "string" ? found.content : new TextDecoder().decode(found.content);
}

/** "Not spam" is a report, too. */
function complaintIn(text: string): Bounce | null {
  const type = fieldsOf(text).get("feedback-type")?.toLowerCase() ?? "";
  if (type === "not-spam" || type === "") return null;
  return { kind: "complaint", because: `It was reported as ${sanitised(type)}.` };
}

/** The first recipient whose mail failed; what is only delayed, relayed or expanded is on its way. */
function failureIn(text: string): Bounce | null {
  const recipients = text.split(/\r?\n[ \t]*\r?\n/).map(fieldsOf);
  const failed = recipients.find((fields) => /^failed\b/i.test(fields.get("action") ?? ""));
  if (failed === undefined) return null;
  const status = /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(failed.get("status") ?? "")?.[0] ?? "";
  const said = (failed.get("diagnostic-code") ?? "").replace(/^[\w-]+\s*;\s*/, "");
  // A 4 that is given up is a server that was away for days, not an address that is wrong.
  return bounceOf(status.startsWith("4") ? "given-up" : "permanent", said || status);
}

function oldStyle(mail: Email): Bounce | null {
  const header = (name: string) => mail.headers.find(({ key }) => key === name)?.value ?? "";
  if (header("x-failed-recipients") !== "") {
    return bounceOf("permanent", /^ {4}(\S.*)$/m.exec(mail.text ?? "")?.[1] ?? "");
  }
  const qmail = /^Hi\. This is the .*$[\s\S]*?^<[^>]+>:\s*$([\s\S]*?)^\s*$/m.exec(mail.text ?? "");
  return qmail === null ? null : bounceOf("permanent", qmail[1]?.trim() ?? "");
}

function bounceOf(kind: Bounce["kind"], said: string): Bounce {
  const words = sanitised(said);
  return { kind, because: words === "" ? "It came back." : `It came back: ${words}` };
}

/** Headers of one block, names in lower case, continued lines made one. */
function fieldsOf(block: string): Map<string, string> {
  const lines = block.replaceAll(/\r?\n[ \t]+/g, " ").split(/\r?\n/);
  return new Map(
    lines.flatMap((line) => {
      const [, name, value] = /^([\w-]+)\s*:\s*(.*)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name.toLowerCase(), value.trim()] as const];
    }),
  );
}
