import { type MailRefusal, parseRefusal, readMailRefusal, sanitise } from "@overdue/channels";
import type { Bounce } from "@overdue/db";
import PostalMime, { type Email } from "postal-mime";

/**
 * Reads a mail to a bounce address: one of our mails came back (RFC 3464), or its recipient reported it (RFC 5965). Null for
 * anything else: a delay, a receipt, an out-of-office reply. Exim's and qmail's own forms, which are older than these
 * standards, are read if they are unambiguous.
 */
export async function readBounce(source: Buffer): Promise<Bounce | null> {
  const mail = await parseMail(source);
  if (mail === null) return null;
  const complaint = part(mail, "message/feedback-report");
  if (complaint !== null) return readComplaint(complaint);
  const report = part(mail, "message/delivery-status");
  return report === null ? readOldStyle(mail) : readReport(report, mail.text ?? "");
}

async function parseMail(source: Buffer): Promise<Email | null> {
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

/** Reads a complaint; null for a report that a mail is not spam. */
function readComplaint(text: string): Bounce | null {
  const type = fieldsOf(text).get("feedback-type")?.toLowerCase() ?? "";
  if (type === "not-spam" || type === "") return null;
  return { kind: "complaint", because: `It was reported as ${sanitise(type)}.` };
}

/**
 * Reads the first recipient whose mail failed; mails that are only delayed, relayed or expanded are on their way. `text`: the
 * part for people, which alone contains the reason if a server leaves out `Diagnostic-Code`.
 */
function readReport(report: string, text: string): Bounce | null {
  const recipients = report.split(/\r?\n[ \t]*\r?\n/).map(fieldsOf);
  const failed = recipients.find((fields) => hasFailed(fields) || hasExpired(fields, text));
  if (failed === undefined) return null;
  const diagnosis = withoutType(failed.get("diagnostic-code") ?? "");
  const reason = reasonFor(withoutType(failed.get("final-recipient") ?? ""), text);
  const sentence = parseRefusal(diagnosis === "" ? reason : diagnosis);
  const status = /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(failed.get("status") ?? "")?.[0] ?? null;
  // Exim reports 5.0.0 for every mail that it gives up; its sentence is more exact.
  const isVague = status === null || /^\d\.0\.0$/.test(status);
  const exact = isVague ? (sentence.status ?? status) : status;
  const refusal = readMailRefusal({ ...sentence, status: exact, text: `${diagnosis} ${reason}` });
  const shown = diagnosis || reason || (status ?? "");
  if (status?.startsWith("4") === true && refusal !== "full") return bounceOf("given-up", shown);
  return bounceOf(KINDS[refusal], shown);
}

/** "smtp; 550 no such user" without its type. */
function withoutType(field: string): string {
  return field.replace(/^[\w-]+\s*;\s*/, "");
}

/** Only `gone` means that the address is wrong. A full mailbox, a refused content or a refused server may pass. */
const KINDS = {
  gone: "permanent",
  full: "refused",
  content: "refused",
  relay: "refused",
  unsure: "refused",
  passing: "given-up",
} as const satisfies Record<MailRefusal, Bounce["kind"]>;

function hasFailed(fields: Fields): boolean {
  return /^failed\b/i.test(fields.get("action") ?? "");
}

/** Whether a mail has expired although it is called delayed, as OpenSMTPD does: a real delay says until when it is retried. */
function hasExpired(fields: Fields, text: string): boolean {
  if (!/^delayed\b/i.test(fields.get("action") ?? "") || fields.has("will-retry-until")) return false;
  return /^4\.4\.7\b/.test(fields.get("status") ?? "") && /envelope expired/i.test(text);
}

/** The reason in the text for people: what follows the address on its line, or is indented below it. */
function reasonFor(address: string, text: string): string {
  if (address === "") return "";
  const lines = text.split(/\r?\n/);
  const at = lines.findIndex((line) => line.toLowerCase().includes(address.toLowerCase()));
  if (at < 0) return "";
  const line = lines[at] ?? "";
  const rest = line.slice(line.toLowerCase().indexOf(address.toLowerCase()) + address.length);
  const beside = /^>?\s*:\s*(\S.*)$/.exec(rest)?.[1];
  if (beside !== undefined) return beside.trim();
  const below = lines.slice(at + 1);
  const end = below.findIndex((one) => !/^\s+\S/.test(one));
  return below
    .slice(0, end < 0 ? REASON_LINES_MAX : Math.min(end, REASON_LINES_MAX))
    .map((one) => one.trim())
    .join(" ");
}

const REASON_LINES_MAX = 5;

function readOldStyle(mail: Email): Bounce | null {
  const header = (name: string) => mail.headers.find(({ key }) => key === name)?.value ?? "";
  const text = mail.text ?? "";
  if (header("x-failed-recipients") !== "") {
    const reason = reasonFor(header("x-failed-recipients").split(",")[0]?.trim() ?? "", text);
    return bounceByWords(reason || (/^ {4}(\S.*)$/m.exec(text)?.[1] ?? ""));
  }
  const qmail = /^Hi\. This is the .*$[\s\S]*?^<[^>]+>:\s*$([\s\S]*?)^\s*$/m.exec(text);
  return qmail === null ? null : bounceByWords(qmail[1]?.trim() ?? "");
}

function bounceByWords(said: string): Bounce {
  return bounceOf(KINDS[readMailRefusal(parseRefusal(said))], said);
}

function bounceOf(kind: Bounce["kind"], said: string): Bounce {
  const words = sanitise(said);
  return { kind, because: words === "" ? "It came back." : `It came back: ${words}` };
}

type Fields = Map<string, string>;

/** The headers of a block by their names in lower case, with continued lines joined. */
function fieldsOf(block: string): Fields {
  const lines = block.replaceAll(/\r?\n[ \t]+/g, " ").split(/\r?\n/);
  return new Map(
    lines.flatMap((line) => {
      const [, name, value] = /^([\w-]+)\s*:\s*(.*)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name.toLowerCase(), value.trim()] as const];
    }),
  );
}
