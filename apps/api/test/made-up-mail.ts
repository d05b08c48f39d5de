import { choicesFrom } from "@overdue/testkit";

/** One connection of a mail client. `early`: it does not wait for the greeting; `end`: how it goes away. */
export type MadeUpSession = { parts: Buffer[]; early: boolean; end: "quit" | "half" | "cut" };

const COMMANDS = [
  "EHLO",
  "HELO",
  "MAIL FROM:",
  "RCPT TO:",
  "DATA",
  "RSET",
  "NOOP",
  "VRFY",
  "HELP",
  "AUTH PLAIN",
  "STARTTLS",
  "BDAT 5 LAST",
  "XCLIENT",
  "XFORWARD",
  "LHLO",
  "QUIT",
  "",
  "GET / HTTP/1.1",
];
const ODD = [
  "",
  "\0",
  "\u0080\u00FF",
  "💥",
  "<>",
  "<a@b",
  "<@a,@b:c@d>",
  '<"a b"@c>',
  "<a@[127.0.0.1]>",
  "<a@[IPv6:::1]>",
  `<${"a".repeat(3_000)}@x>`,
  "SIZE=99999999999999999999",
  "SIZE=-1 BODY=8BITMIME SMTPUTF8 RET=x ENVID==+",
  "%00%s%n",
  " ".repeat(2_000),
  "\t\v\f",
  "__proto__",
  "=?utf-8?B?/////w==?=",
  "=?x?Q?=?=",
];
const TYPES = [
  "text/plain",
  "text/html",
  'text/plain; charset="x-nothing"',
  "text/plain; charset=utf-16",
  "text/plain; charset*0=u; charset*1*=%zz",
  "multipart/mixed; boundary=b",
  'multipart/mixed; boundary=""',
  "multipart/alternative",
  "message/rfc822",
  "message/delivery-status",
  "multipart/report; report-type=delivery-status; boundary=b",
  "application/octet-stream",
  ";;;===",
];
const ENCODINGS = ["7bit", "8bit", "base64", "quoted-printable", "x-uuencode", "binary", "?"];
const NAMES = [
  "Subject",
  "From",
  "To",
  "Message-ID",
  "Date",
  "Received",
  "References",
  "MIME-Version",
  "Content-Type",
  "X",
  "",
  ":",
];

/** Makes sessions up, the same ones for the same seed. `addresses`: those that the receiver knows. */
export function madeUpSessions(seed: number, addresses: readonly string[]): () => MadeUpSession {
  const { below, some, one } = choicesFrom(seed);
  const many = (max: number, make: () => string) => Array.from({ length: below(max + 1) }, make).join("");
  const newline = () => (some(0.9) ? "\r\n" : one(["\n", "\r", "\n\r", "\0\n", ""]));
  const bytes = () => many(200, () => String.fromCodePoint(below(256)));
  const odd = () => (some(0.8) ? one(ODD) : bytes());
  const address = () => (some(0.75) ? `<${one(addresses)}>` : odd());

  const header = () => `${one(NAMES)}: ${odd()}${some(0.2) ? `${newline()} ${odd()}` : ""}${newline()}`;
  const mime = (depth: number): string => {
    const type = `Content-Type: ${one(TYPES)}\r\nContent-Transfer-Encoding: ${one(ENCODINGS)}\r\n`;
    const inner = depth < 25 && some(0.5) ? mime(depth + 1) : many(4, () => `${odd()}${newline()}`);
    const boundary = () => one(["--b\r\n", "--b--\r\n", "--\r\n", "--b", ""]);
    return `${some(0.8) ? type : ""}${newline()}${boundary()}${inner}${newline()}${boundary()}`;
  };
  const repeatPart = () =>
    one(["<b>", "a, ", "(", "=?utf-8?Q?=41?= ", "--b\r\n", "\r\n", ".", "X: y\r\n"]).repeat(below(4_000));
  const message = () =>
    `${many(6, header)}${some(0.1) ? repeatPart() : ""}${some(0.7) ? mime(0) : bytes()}${some(0.1) ? repeatPart() : ""}`;
  const envelope = () =>
    `EHLO ${some(0.9) ? "a.example" : odd()}${newline()}MAIL FROM:${some(0.7) ? "<a@b.example>" : odd()}${newline()}` +
    `RCPT TO:${address()}${newline()}${many(3, () => `RCPT TO:${address()}${newline()}`)}DATA${newline()}`;
  const dialogue = () =>
    many(12, () => `${one(COMMANDS)}${some(0.5) ? " " : ""}${some(0.5) ? address() : odd()}${newline()}`);
  const mail = () => `${envelope()}${message()}\r\n.${newline()}`;

  return () => {
    const text = some(0.7) ? many(1, mail) + mail() : some(0.5) ? dialogue() : `${dialogue()}${mail()}`;
    const whole = Buffer.from(text, some(0.8) ? "latin1" : "utf8");
    const sent = some(0.15) ? whole.subarray(0, below(whole.length + 1)) : whole;
    return {
      parts: inPieces(sent, some(0.5) ? 1 : 1 + below(6), below),
      early: some(0.05),
      end: some(0.9) ? "quit" : one(["cut", "cut", "cut", "cut", "half"]),
    };
  };
}

function inPieces(whole: Buffer, count: number, below: (count: number) => number): Buffer[] {
  const cuts = Array.from({ length: count - 1 }, () => below(whole.length + 1)).toSorted((a, b) => a - b);
  return [...cuts, whole.length].map((end, i) => whole.subarray(cuts[i - 1] ?? 0, end));
}
