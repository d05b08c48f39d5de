import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";

import type { MailTarget, Target } from "@overdue/db";
import type { Logger } from "pino";
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from "smtp-server";

import { Unavailable } from "../ingest.ts";
import { acceptMail, type AcceptOptions, ConnectionCount, ConnectionTimes } from "./mail-session.ts";
import { readMessage } from "./message.ts";
import { Recipients, Refusal, refusal } from "./recipients.ts";

export type MailReceiverOptions = AcceptOptions & {
  domain: string;
  /** The check that a mailbox is for, and what of a mail it reads; null: there is none, or more than one. */
  findTarget: (target: Target) => Promise<MailTarget | null>;
};

export type MailReceiver = { port: number; stop: () => Promise<void> };

/** What a stranger may take of us. A message may have any size: most of a large one is counted and dropped. */
const LIMITS = { maxRecipients: 100, maxClients: 100, socketTimeout: 60_000, closeTimeout: 5_000 };
const CONNECTIONS_PER_ADDRESS_MAX = 20;
/** Of a message, so much of its beginning and of its end is held and looked at. */
const HELD_BYTES = 100_000;

/**
 * Takes mails as pings: an SMTP server that knows one domain, in which every check has its address. 250 is answered
 * only when the ping is durable, 451 when the database is away, so that the sending server tries again.
 */
export async function startMailReceiver(
  options: MailReceiverOptions,
  at: { host: string; port: number },
): Promise<MailReceiver> {
  const times = new ConnectionTimes();
  const recipients = new Recipients(options);
  const server = new SMTPServer({
    ...LIMITS,
    name: options.domain,
    banner: "Overdue takes pings by e-mail",
    disabledCommands: ["AUTH", "STARTTLS"],
    disableReverseLookup: true,
    logger: false,
    // Who closes its half of the connection behind a message still waits for the answer.
    allowHalfOpen: true,
    ...countedConnections(),
    onRcptTo: ({ address }, session, done) => {
      const adding = times.whileAtWork(session, () => recipients.add(session, address));
      adding.then(() => done((times.hasRecipient(session), null)), answerFailure(done, options.log));
    },
    onData: (stream, session, done) => {
      const accepting = async () => {
        const message = await readMessage(stream, Math.max(HELD_BYTES, options.bodyBytesMax));
        const named = { session, recipients: recipients.of(session), options };
        await times.whileAtWork(session, () => acceptMail(message, named));
      };
      accepting().then(() => done(null, "OK"), answerFailure(done, options.log));
    },
  } satisfies SMTPServerOptions);
  server.on("error", (error) => options.log.info({ err: error }, "A mail was broken off."));
  server.server.on("connection", (socket: Socket) => times.begin(socket));
  const port = await listenOn(server, at);
  return { port, stop: () => new Promise((resolve) => server.close(() => resolve())) };
}

function countedConnections(): Pick<SMTPServerOptions, "onConnect" | "onClose"> {
  const connections = new ConnectionCount(CONNECTIONS_PER_ADDRESS_MAX);
  return {
    onConnect: ({ remoteAddress, id }: SMTPServerSession, done) =>
      done(
        connections.open(remoteAddress, id) ? null : refusal(421, "4.7.0 Too many connections from there"),
      ),
    onClose: ({ remoteAddress, id }: SMTPServerSession) => connections.close(remoteAddress, id),
  };
}

async function listenOn(server: SMTPServer, { host, port }: { host: string; port: number }): Promise<number> {
  server.listen(port, host);
  await once(server.server, "listening");
  return (server.server.address() as AddressInfo).port; // a TCP server that listens always has one
}

/** Answers what went wrong, so that the sending server tries again wherever that may help. */
function answerFailure(done: (error: Error) => void, log: Logger): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof Refusal || error instanceof Unavailable))
      log[wasBrokenOff(error) ? "info" : "error"]({ err: error }, "A mail could not be taken.");
    done(error instanceof Refusal ? error : refusal(451, "4.3.0 The ping was not stored, please try again"));
  };
}

/** The other side went away in the middle of a message. It got no confirmation, so it will send the message again. */
function wasBrokenOff(error: unknown): boolean {
  const codes = ["ECONNECTION", "ERR_STREAM_PREMATURE_CLOSE"];
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
