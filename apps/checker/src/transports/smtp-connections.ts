import { connect, isIP, type Socket } from "node:net";
import { getCACertificates } from "node:tls";

import { createTransport } from "nodemailer";

/**
 * `off`: no TLS. `opportunistic`: if it is offered, with any certificate. `required`: always, with any certificate.
 * `verify`: always, with a valid certificate.
 */
type TlsMode = "off" | "opportunistic" | "required" | "verify";

/** How to reach the mail server: SMTP_URL, SMTP_TLS, SMTP_CA_FILE and SMTP_EHLO. */
export type SmtpSettings = {
  url: string;
  /** Null: `opportunistic` for a server on this machine; elsewhere TLS if it is offered, with a valid certificate. */
  tls?: TlsMode | null | undefined;
  /** Certificates of authorities, as PEM, to trust besides the usual ones. */
  ca?: string | null | undefined;
  /** The host name to introduce this client with; null: Nodemailer's default. */
  ehlo?: string | null | undefined;
};

/** How long to wait, in milliseconds. */
export type SmtpWaits = {
  /** For the connection. */
  connect: number;
  /** For the server's first line. */
  greeting: number;
  /** For any answer after that, including the one to the whole mail. */
  answer: number;
  /** For the whole delivery of a mail, including the wait for a connection. */
  mail: number;
};

/**
 * RFC 5321, 4.5.3.2: 5 min for the greeting, MAIL and RCPT, 10 min after the whole mail. A relay that scans a mail before it
 * answers is slow, and a client that disconnects too early sends the same mail again.
 */
export const SMTP_WAITS: SmtpWaits = {
  connect: 30_000,
  greeting: 300_000,
  answer: 600_000,
  mail: 1_800_000,
};

/** How many mails are sent at once: enough for quick ones beside those that a slow relay holds up. */
const CONNECTIONS_MAX = 32;

const KEEP_ALIVE_MS = 15_000;
const NEXT_ADDRESS_MS = 3_000;

/** Connections to the mail server, kept open between mails. */
export function openTransport({ url, tls, ca, ehlo }: SmtpSettings, waits: SmtpWaits) {
  const transport = createTransport({
    ...tlsOptions(url, tls ?? null),
    ...(ehlo !== null && ehlo !== undefined && { name: ehlo }),
    url,
    tls: {
      rejectUnauthorized: isChecked(url, tls ?? null),
      ...(ca !== null && ca !== undefined && { ca: [...getCACertificates("default"), ca] }),
    },
    pool: true,
    maxConnections: CONNECTIONS_MAX,
    getSocket: connectWithin(waits.connect),
    connectionTimeout: waits.connect + waits.greeting,
    greetingTimeout: waits.greeting,
    socketTimeout: waits.answer,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  transport.on("error", () => undefined); // an idle connection of the pool has died; the next mail opens another
  return transport;
}

function tlsOptions(url: string, mode: TlsMode | null) {
  switch (mode) {
    case "off":
      return { ignoreTLS: true };
    case "required":
    case "verify":
      return { requireTLS: true };
    case "opportunistic":
      return { opportunisticTLS: true };
    case null:
      return isThisMachine(url) ? { opportunisticTLS: true } : {};
  }
}

/** Whether the certificate is verified. On this machine nobody can intercept, and certificates are usually self-signed. */
function isChecked(url: string, mode: TlsMode | null): boolean {
  return mode === null ? !isThisMachine(url) : mode === "verify";
}

function isThisMachine(url: string): boolean {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, "");
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

type Target = { host?: string | undefined; port?: number | string | undefined; secure?: boolean | undefined };
type Connected = (error: Error | null, socketOptions?: { connection: Socket }) => void;

/** Connects with keep-alive probes, so that a dead idle connection is closed before a mail waits on it. */
function connectWithin(timeoutMs: number) {
  return ({ host = "localhost", port, secure = false }: Target, done: Connected) => {
    const socket = connect({
      host,
      port: Number(port ?? (secure ? 465 : 587)),
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS,
      autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
    });
    const timer = setTimeout(() => {
      socket.destroy(Object.assign(new Error("Connection timeout"), { code: "ETIMEDOUT" }));
    }, timeoutMs);
    const fail = (error: Error) => {
      clearTimeout(timer);
      done(error);
    };
    socket.once("error", fail);
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.off("error", fail);
      done(null, { connection: socket });
    });
  };
}
