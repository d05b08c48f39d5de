import type { Socket } from "node:net";

import type { SMTPServerSession } from "smtp-server";

/** Counts the open connections of each address, so that one sender cannot use up all of them. */
export class ConnectionCount {
  readonly #open = new Map<string, Set<string>>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  /** Counts a connection; returns false where it is one too many. `close` must follow in both cases. */
  open(address: string, id: string): boolean {
    const ids = this.#open.get(address) ?? new Set();
    this.#open.set(address, ids.add(id));
    return ids.size <= this.#max;
  }

  close(address: string, id: string): void {
    const ids = this.#open.get(address);
    ids?.delete(id);
    if (ids?.size === 0) this.#open.delete(address);
  }
}

const CONNECTION_MS_MAX = 600_000;
/** Who has named no mailbox of ours by then has nothing for us. */
const WITHOUT_RECIPIENT_MS_MAX = 60_000;
/** So long after the other side has closed its half, and all that it sent is answered, we close ours. */
const HALF_CLOSED_MS = 2_000;

type Known = { socket: Socket; atWork: number; hasEnded: boolean; firstRecipient: NodeJS.Timeout };

/**
 * Ends each connection in time. Exim says QUIT and closes its half right behind a message, and then reads the answer: so a
 * half-closed connection is kept while we work on what it sent, and not longer.
 */
export class ConnectionTimes {
  readonly #known = new Map<string, Known>();

  begin(socket: Socket): void {
    const key = connectionKey(socket);
    answerHalfClosed(socket);
    const end = setTimeout(() => socket.destroy(), CONNECTION_MS_MAX);
    const firstRecipient = setTimeout(() => socket.destroy(), WITHOUT_RECIPIENT_MS_MAX);
    const known: Known = { socket, atWork: 0, hasEnded: false, firstRecipient };
    this.#known.set(key, known);
    socket.once("end", () => {
      known.hasEnded = true;
      closeWhenDone(known);
    });
    socket.once("close", () => {
      clearTimeout(end);
      clearTimeout(firstRecipient);
      this.#known.delete(key);
    });
  }

  /** Does what a session waits for; a connection is not closed meanwhile. */
  async whileAtWork<T>(session: SMTPServerSession, work: () => Promise<T>): Promise<T> {
    const known = this.#known.get(connectionKey(session));
    if (known === undefined) return await work();
    known.atWork += 1;
    try {
      return await work();
    } finally {
      known.atWork -= 1;
      closeWhenDone(known);
    }
  }

  /** A mailbox of ours was named: the connection may take its time. */
  hasRecipient(session: SMTPServerSession): void {
    clearTimeout(this.#known.get(connectionKey(session))?.firstRecipient);
  }
}

/** smtp-server writes an answer only where `readyState` is "open", which a half-closed connection is not, writable or not. */
function answerHalfClosed(socket: Socket): void {
  Object.defineProperty(socket, "readyState", { get: () => (socket.writable ? "open" : "closed") });
}

/** Commands that were sent together are worked on one after the other, so the end is awaited for a moment. */
function closeWhenDone(known: Known): void {
  if (!known.hasEnded || known.atWork > 0) return;
  setTimeout(() => {
    if (known.atWork === 0) known.socket.end();
  }, HALF_CLOSED_MS).unref();
}

function connectionKey(end: { remoteAddress?: string | undefined; remotePort?: number | undefined }): string {
  return `${plainAddress(end.remoteAddress ?? "")} ${end.remotePort ?? 0}`;
}

/** An IPv4 address as it is, also where it came to a socket for IPv6. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "");
}
