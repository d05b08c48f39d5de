import { connect, isIP, type Socket } from "node:net";
import { getCACertificates } from "node:tls";

import { createTransport } from "nodemailer";

/** `off`: none. `opportunistic`: where it is offered, any certificate. `required`: always, any. `verify`: always, checked. */
type TlsMode = "off" | "opportunistic" | "required" | "verify";

/** How the mail server is reached: SMTP_URL, SMTP_TLS, SMTP_CA_FILE and SMTP_EHLO. */
export type SmtpSettings = {
  url: string;
  /** Null: as `opportunistic` on this machine; elsewhere TLS where it is offered, and then checked. */
  tls?: TlsMode | null | undefined;
  /** Certificates of authorities that are trusted besides the usual ones, as PEM. */
  ca?: string | null | undefined;
  /** How we introduce ourselves; null: as Nodemailer does. */
  ehlo?: string | null | undefined;
};

/** Milliseconds. */
export type SmtpWaits = {
  /** For the connection alone. */
  connect: number;
  /** For the server's first line. */
  greeting: number;
  /** For any answer after that, the one to the whole mail included. */
  answer: number;
  /** For a mail altogether, its turn among the others included. */
  mail: number;
};

/**
 * RFC 5321, 4.5.3.2: 5 min for the greeting, MAIL and RCPT, 10 min after the whole mail. A relay that looks at a mail
 * before it answers takes its time, and a client that hangs up too early sends the same mail again.
 */
export const SMTP_WAITS: SmtpWaits = {
  connect: 30_000,
  greeting: 300_000,
  answer: 600_000,
  mail: 1_800_000,
};

/** So many mails travel at once: those that are quick, and those that a slow relay holds besides. */
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
  transport.on("error", () => undefined); // an idle connection of the pool died; the next mail opens another
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

/** Nobody can listen in on this machine, and a mail server's certificate there is usually made by itself. */
function isChecked(url: string, mode: TlsMode | null): boolean {
  return mode === null ? !isThisMachine(url) : mode === "verify";
}

function isThisMachine(url: string): boolean {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, "");
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

type Target = { host?: string | undefined; port?: number | string | undefined; secure?: boolean | undefined };
type Connected = (error: Error | null, socketOptions?: { connection: Socket }) => void;

/** Probes an idle connection, so that one whose way was lost is closed before a mail waits on it. */
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
