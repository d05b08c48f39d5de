import { once } from "node:events";
import type { AddressInfo } from "node:net";

import PostalMime, { type Email } from "postal-mime";
import {
  SMTPServer,
  type SMTPServerAddress,
  type SMTPServerDataStream,
  type SMTPServerSession,
} from "smtp-server";

import { newLedger, type Ledger } from "./ledger.ts";

/** A mail as it was accepted: its envelope, its source, and what a mail program makes of it. */
export type ReceivedMail = { from: string; to: string[]; raw: string; mail: Email; receivedAt: number };

/** A refusal in SMTP's words, such as 550 for a mailbox that is not there or 451 for greylisting. */
export type SmtpFault = { at: "rcpt" | "data"; code: number; message: string };

/** A mail server that accepts everything it was not told to refuse. */
export type FakeSmtp = Ledger<ReceivedMail> & {
  /** For `SMTP_URL`. */
  url: string;
  /** What to answer next, in order. */
  next(...faults: SmtpFault[]): void;
  /** Answers 550 to this recipient for ever. */
  refuseMailbox(address: string): void;
  close(): Promise<void>;
};

export async function startFakeSmtp(): Promise<FakeSmtp> {
  const ledger = newLedger<ReceivedMail>();
  const script: SmtpFault[] = [];
  const refused = new Set<string>();
  const server = new SMTPServer({
    disabledCommands: ["AUTH", "STARTTLS"],
    disableReverseLookup: true,
    logger: false,
    onRcptTo: (address, _, done) => done(rcptFault(address, { refused, script })),
    onData: (stream, session, done) => {
      void accept(stream, session).then((received) => {
        const fault = takeFault(script, "data");
        if (fault === null) ledger.add(received);
        done(fault);
      });
    },
  });
  server.on("error", () => undefined); // a client that breaks off in the middle
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  const { port } = server.server.address() as AddressInfo; // a TCP server that listens always has one
  return {
    ...ledger,
    url: `smtp://127.0.0.1:${port}`,
    next: (...faults) => script.push(...faults),
    refuseMailbox: (address) => refused.add(address),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

type Rules = { refused: Set<string>; script: SmtpFault[] };

function rcptFault({ address }: SMTPServerAddress, { refused, script }: Rules): Error | null {
  return refused.has(address) ? smtpError(550, "5.1.1 No such mailbox") : takeFault(script, "rcpt");
}

function takeFault(script: SmtpFault[], at: SmtpFault["at"]): Error | null {
  const [first] = script;
  if (first?.at !== at) return null;
  script.shift();
  return smtpError(first.code, first.message);
}

function smtpError(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

async function accept(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<ReceivedMail> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  const raw = Buffer.concat(chunks);
  const { mailFrom, rcptTo } = session.envelope;
  return {
    from: mailFrom === false ? "" : mailFrom.address,
    to: rcptTo.map((recipient) => recipient.address),
    raw: raw.toString("utf8"),
    mail: await PostalMime.parse(raw),
    receivedAt: Date.now(),
  };
}
