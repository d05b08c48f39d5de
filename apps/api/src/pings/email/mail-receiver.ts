import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";

import type { MailTarget, PingTarget } from "@overdue/db";
import type { Logger } from "pino";
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from "smtp-server";

import { Unavailable } from "../unavailable.ts";
import { acceptMail, type AcceptOptions, ConnectionCount, ConnectionTimes } from "./mail-session.ts";
import { readMessage } from "./message.ts";
import { Recipients, Refusal, refusal } from "./recipients.ts";

export type MailReceiverOptions = AcceptOptions & {
  domain: string;
  /** The check that a mailbox is for, and which parts of a mail it reads; null: there is none, or more than one. */
  findTarget: (target: PingTarget) => Promise<MailTarget | null>;
};

export type MailReceiver = { port: number; stop: () => Promise<void> };

/** The most that a stranger may use. A message may have any size: the middle of a large one is counted and dropped. */
const LIMITS = { maxRecipients: 100, maxClients: 100, socketTimeout: 60_000, closeTimeout: 5_000 };
const CONNECTIONS_PER_ADDRESS_MAX = 20;
/** How much of a message is kept in memory and read, from its beginning and again from its end. */
const KEPT_BYTES_MIN = 100_000;

/**
 * Takes mails as pings: an SMTP server for one domain, in which every check has an address. It answers 250 only when the
 * ping is durable, and 451 when the database is away, so that the sending server tries again.
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
    // A client that closes its half of the connection after a message still waits for the answer.
    allowHalfOpen: true,
    ...countedConnections(),
    onRcptTo: ({ address }, session, done) => {
      const adding = times.whileAtWork(session, () => recipients.add(session, address));
      adding.then(() => done((times.hasRecipient(session), null)), answerFailure(done, options.log));
    },
    onData: (stream, session, done) => {
      const accepting = async () => {
        const message = await readMessage(stream, Math.max(KEPT_BYTES_MIN, options.bodyBytesMax));
        const accepted = { session, recipients: recipients.inEnvelope(session), options };
        await times.whileAtWork(session, () => acceptMail(message, accepted));
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

/** Replies with what went wrong, so that the sending server tries again wherever that may help. */
function answerFailure(done: (error: Error) => void, log: Logger): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof Refusal || error instanceof Unavailable))
      log[wasBrokenOff(error) ? "info" : "error"]({ err: error }, "A mail could not be taken.");
    done(error instanceof Refusal ? error : refusal(451, "4.3.0 The ping was not stored, please try again"));
  };
}

/** Whether the other side broke off in the middle of a message. It got no confirmation, so it will send the message again. */
function wasBrokenOff(error: unknown): boolean {
  const codes = ["ECONNECTION", "ERR_STREAM_PREMATURE_CLOSE"];
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
