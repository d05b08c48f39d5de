import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";

import type { Target } from "@overdue/db";
import type { Logger } from "pino";
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from "smtp-server";

import type { Clock } from "../clock.ts";
import { type Ingest, Unavailable } from "../ingest.ts";
import { ConnectionCount } from "./connection-count.ts";
import { type Mail, mailArrival } from "./mail-arrival.ts";
import { readMailbox } from "./mailbox.ts";
import { readMessage, textOfMessage } from "./read-message.ts";

export type MailReceiverOptions = {
  domain: string;
  ingest: Pick<Ingest, "record">;
  clock: Pick<Clock, "now">;
  log: Logger;
  bodyBytesMax: number;
  /** Takes what comes back of our own mails, by what stands before the @; null: nothing can. */
  bounces: Bounces | null;
};

type Bounces = { knows(local: string): boolean; take(local: string, source: Buffer): Promise<void> };

export type MailReceiver = { port: number; stop: () => Promise<void> };

/** What a stranger may take of us: bytes a message, recipients, connections, and time. */
const LIMITS = {
  size: 32 * 1024 * 1024,
  maxRecipients: 100,
  maxClients: 100,
  socketTimeout: 60_000,
  closeTimeout: 5_000,
};
const CONNECTIONS_PER_ADDRESS_MAX = 20;
const CONNECTION_MS_MAX = 600_000;

/**
 * Takes mails as pings: an SMTP server that knows one domain, in which every check has its address. 250 is answered
 * only when the ping is durable, 451 when the database is away, so that the sending server tries again.
 */
export async function startMailReceiver(
  options: MailReceiverOptions,
  at: { host: string; port: number },
): Promise<MailReceiver> {
  const connections = new ConnectionCount(CONNECTIONS_PER_ADDRESS_MAX);
  const server = new SMTPServer({
    ...LIMITS,
    name: options.domain,
    banner: "Overdue takes pings by e-mail",
    disabledCommands: ["AUTH", "STARTTLS"],
    disableReverseLookup: true,
    logger: false,
    onConnect: ({ remoteAddress, id }, done) =>
      done(
        connections.open(remoteAddress, id) ? null : refusal(421, "4.7.0 Too many connections from there"),
      ),
    onClose: ({ remoteAddress, id }) => connections.close(remoteAddress, id),
    onRcptTo: ({ address }, _, done) => done(rcptProblem(address, options)),
    onData: (stream, session, done) => {
      accept(stream, session, options).then(
        () => done(null, "OK"),
        (error: unknown) => done(dataProblem(error, options.log)),
      );
    },
  });
  server.on("error", (error) => options.log.info({ err: error }, "A mail was broken off."));
  server.server.on("connection", endInTime);
  const port = await listenOn(server, at);
  return { port, stop: () => new Promise((resolve) => server.close(() => resolve())) };
}

async function listenOn(server: SMTPServer, { host, port }: { host: string; port: number }): Promise<number> {
  server.listen(port, host);
  await once(server.server, "listening");
  return (server.server.address() as AddressInfo).port; // a TCP server that listens always has one
}

function endInTime(socket: Socket): void {
  const timer = setTimeout(() => socket.destroy(), CONNECTION_MS_MAX);
  socket.once("close", () => clearTimeout(timer));
}

function rcptProblem(address: string, { domain, bounces }: MailReceiverOptions): Error | null {
  const returned = returnedTo(address, domain);
  if (returned !== null && bounces?.knows(returned) === true) return null;
  switch (readMailbox(address, domain).kind) {
    case "check":
      return null;
    case "no mailbox":
      return refusal(550, "5.1.1 Invalid mailbox");
    case "elsewhere":
      return refusal(550, "5.1.1 Recipient rejected");
  }
}

/** What stands before the @ of an address for mails that come back; null for any other. */
function returnedTo(address: string, domain: string): string | null {
  const at = address.lastIndexOf("@");
  const isOurs = address.slice(at + 1).toLowerCase() === domain;
  return isOurs && /^bounce\+/i.test(address) ? address.slice(0, at) : null;
}

/** Each recipient is a ping of its own; whom there is no check for is dropped, as nobody could be told. */
async function accept(
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
  { domain, ingest, clock, bodyBytesMax, bounces }: MailReceiverOptions,
): Promise<void> {
  const message = await readMessage(stream);
  if (stream.sizeExceeded) throw refusal(552, `5.3.4 A message may have at most ${LIMITS.size} bytes`);
  const { mailFrom, rcptTo } = session.envelope;
  const mail: Mail = {
    message,
    text: await textOfMessage(message),
    sender: mailFrom === false ? "" : mailFrom.address,
    remoteAddress: session.remoteAddress.replace(/^::ffff:(?=\d+\.)/i, "") || null,
    receivedAt: clock.now(),
  };
  for (const { address } of rcptTo) {
    const returned = returnedTo(address, domain);
    if (returned !== null) await bounces?.take(returned, message.beginning);
  }
  const arrivals = targetsOf(rcptTo, domain).map((target) => mailArrival(target, mail, bodyBytesMax));
  await Promise.all(arrivals.map((arrival) => ingest.record(arrival)));
}

function targetsOf(recipients: readonly { address: string }[], domain: string): Target[] {
  return recipients.flatMap(({ address }) => {
    const mailbox = readMailbox(address, domain);
    return mailbox.kind === "check" ? [mailbox.target] : [];
  });
}

function dataProblem(error: unknown, log: Logger): Error {
  if (error instanceof Refusal) return error;
  if (!(error instanceof Unavailable)) log.error({ err: error }, "A mail could not be taken as a ping.");
  return refusal(451, "4.3.0 The ping was not stored, please try again");
}

class Refusal extends Error {
  readonly responseCode: number;

  constructor(responseCode: number, message: string) {
    super(message);
    this.responseCode = responseCode;
  }
}

function refusal(code: number, message: string): Refusal {
  return new Refusal(code, message);
}
