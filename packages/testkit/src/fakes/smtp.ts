import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";

import PostalMime, { type Email } from "postal-mime";
import {
  SMTPServer,
  type SMTPServerAddress,
  type SMTPServerDataStream,
  type SMTPServerSession,
} from "smtp-server";

import type { TestCertificate } from "./certificates.ts";
import { newLedger, type Ledger } from "./ledger.ts";

/** An accepted mail: its envelope, its source, and the mail as a mail program parses it. */
export type ReceivedMail = {
  from: string;
  to: string[];
  raw: string;
  mail: Email;
  receivedAt: number;
  /** The name that the sender gave in its EHLO. */
  ehlo: string;
  /** The mail came over TLS. */
  secure: boolean;
};

/** What a mail server does instead of accepting a mail at once. */
export type SmtpFault =
  /** A refusal, such as 550 for a mailbox that does not exist or 451 for greylisting. */
  | { at: "rcpt" | "data"; code: number; message: string }
  /** It waits for a promise before the greeting, or before it accepts a whole mail. */
  | { at: "greeting" | "data"; until: Promise<void> }
  /** It accepts the whole mail and closes the connection without an answer. */
  | { at: "data"; closes: true };

export type FakeSmtpOptions = {
  /** Offers STARTTLS with this certificate; without it no TLS. */
  certificate?: TestCertificate;
};

/** A mail server that accepts every mail unless a test sets another reaction. */
export type FakeSmtp = Ledger<ReceivedMail> & {
  /** For `SMTP_URL`. */
  url: string;
  /** Sets the next reactions, in order. */
  next(...faults: SmtpFault[]): void;
  /** From now on answers 550 to this recipient. */
  refuseMailbox(address: string): void;
  /** All bytes that came without TLS, because the server's library changes the form of addresses. */
  wire(): string;
  close(): Promise<void>;
};

export async function startFakeSmtp({ certificate }: FakeSmtpOptions = {}): Promise<FakeSmtp> {
  const ledger = newLedger<ReceivedMail>();
  const script: SmtpFault[] = [];
  const refused = new Set<string>();
  const server = new SMTPServer({
    disabledCommands: certificate === undefined ? ["AUTH", "STARTTLS"] : ["AUTH"],
    ...certificate,
    disableReverseLookup: true,
    logger: false,
    onRcptTo: (address, _, done) => done(rcptFault(address, { refused, script })),
    onConnect: (_, done) => {
      const fault = take(script, "greeting");
      if (fault !== null && "until" in fault) void fault.until.then(() => done());
      else done();
    },
    onData: (stream, session, done) => {
      void accept(stream, session).then(async (received) => {
        const fault = take(script, "data");
        if (fault !== null && "code" in fault) return done(smtpError(fault.code, fault.message));
        ledger.add(received);
        if (fault !== null && "until" in fault) await fault.until;
        if (fault !== null && "closes" in fault) sockets.get(session.remotePort)?.destroy();
        else done();
      });
    },
  });
  const wire: Buffer[] = [];
  const sockets = socketsOf(server, wire);
  server.on("error", () => undefined); // a client broke its connection off
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  const { port } = server.server.address() as AddressInfo; // a listening TCP server always has one
  return {
    ...ledger,
    url: `smtp://127.0.0.1:${port}`,
    next: (...faults) => script.push(...faults),
    wire: () => Buffer.concat(wire).toString(),
    refuseMailbox: (address) => refused.add(address),
    close: () => {
      for (const socket of sockets.values()) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

type Rules = { refused: Set<string>; script: SmtpFault[] };

function rcptFault({ address }: SMTPServerAddress, { refused, script }: Rules): Error | null {
  if (refused.has(address)) return smtpError(550, "5.1.1 No such mailbox");
  const fault = take(script, "rcpt");
  return fault !== null && "code" in fault ? smtpError(fault.code, fault.message) : null;
}

function take(script: SmtpFault[], at: SmtpFault["at"]): SmtpFault | null {
  const [first] = script;
  if (first?.at !== at) return null;
  script.shift();
  return first;
}

/** The open connections, by the port of the other end. */
function socketsOf({ server }: SMTPServer, wire: Buffer[]): Map<number, Socket> {
  const sockets = new Map<number, Socket>();
  server.on("connection", (socket: Socket) => {
    const port = socket.remotePort ?? 0;
    sockets.set(port, socket);
    socket.on("data", (chunk: Buffer) => wire.push(chunk));
    socket.once("close", () => sockets.delete(port));
  });
  return sockets;
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
    ehlo: session.hostNameAppearsAs,
    secure: session.secure,
  };
}
