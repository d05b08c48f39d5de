import { type MailText, textOfHtml } from "@overdue/core";
import PostalMime from "postal-mime";

/** A message's source, and whether more than its subject is asked for. */
export type MailSource = { source: Uint8Array; wantsBody: boolean };

/** What stands for bytes that are none of the charset that was named. */
const UNKNOWN = "\uFFFD";
const NESTING_MAX = 20;
const HEADER_BYTES_MAX = 64 * 1024;

/**
 * What a message says where keywords are looked for. Costs seconds where a message is made for it, so it belongs on a
 * thread of its own.
 */
export async function textOfMail({ source, wantsBody }: MailSource): Promise<MailText> {
  try {
    const options = { maxNestingDepth: NESTING_MAX, maxHeadersSize: HEADER_BYTES_MAX };
    const read = wantsBody ? source : headerOf(source);
    const { subject = "", text = "", html = "" } = await PostalMime.parse(read, options);
    const plain = text.includes(UNKNOWN)
      ? `${text}\n${latin1(source.subarray(headerOf(source).length))}`
      : text;
    return {
      subject: (subject.includes(UNKNOWN) ? subjectIn(latin1(headerOf(source))) : subject).normalize("NFC"),
      plain: plain.normalize("NFC"),
      html: textOfHtml(html),
    };
  } catch {
    return rawText(source);
  }
}

/** A message that cannot be taken apart, as it stands: a keyword in plain words is found all the same. */
export function rawText(source: Uint8Array): MailText {
  const plain = new TextDecoder().decode(source);
  return { subject: subjectIn(plain.slice(0, HEADER_BYTES_MAX)), plain, html: "" };
}

function subjectIn(text: string): string {
  return (/^subject:(.*)$/im.exec(text)?.[1] ?? "").trim();
}

/** Old programs send letters such as Ü as single bytes without saying so. */
function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

function headerOf(source: Uint8Array): Uint8Array {
  const bytes = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  const ends = ["\r\n\r\n", "\n\n"].map((blank) => bytes.indexOf(blank)).filter((at) => at !== -1);
  return bytes.subarray(0, Math.min(...ends, HEADER_BYTES_MAX));
}
