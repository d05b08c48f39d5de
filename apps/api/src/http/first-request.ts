import type { Socket } from "node:net";
import { Duplex } from "node:stream";

/**
 * Repairs the heads of requests that small devices and old programs write, so that Node's parser accepts them. Nothing that
 * says how long the request is changes, so that we and a proxy in front of us never differ about where it ends.
 */

/** A space, a control character, or a byte beyond ASCII, none of which may stand in a request's target. */
const NOT_ALLOWED = /[^\x21-\x7E]/g;
const REQUEST_LINE = /^([A-Z]+) +(\S.*?) +(HTTP\/1\.[01])$/;
const HAS_BODY = /^(?:POST|PUT|PATCH)$/;

type Head = {
  /** The head with the empty line at its end. */
  text: string;
  /** Where the body begins. */
  end: number;
};

/** The head at the beginning of these bytes, decoded as latin1; null while it is not complete. */
function headIn(bytes: Buffer): Head | null {
  const crlf = bytes.indexOf("\r\n\r\n");
  if (crlf !== -1) return { text: bytes.toString("latin1", 0, crlf + 4), end: crlf + 4 };
  // A request written by hand, in which every line ends in a single line feed. Mixed line ends are not repaired.
  const lf = bytes.indexOf("\n\n");
  if (lf === -1 || bytes.subarray(0, lf).includes(0x0d)) return null;
  return { text: bytes.toString("latin1", 0, lf + 2), end: lf + 2 };
}

/** The head as Node's parser accepts it; null if it needs no change, or cannot be repaired. */
function repairHead({ text }: Head): string | null {
  const lines = text.includes("\r") ? text.split("\r\n") : text.split("\n");
  const [first = "", ...others] = lines;
  const match = REQUEST_LINE.exec(first);
  if (match === null) return null;
  const [, method = "", target = "", version = ""] = match;
  const line = `${method} ${target.replaceAll(NOT_ALLOWED, percentEncode)} ${version}`;
  if (line === first && text.includes("\r")) return null;
  return [line, ...others].join("\r\n");
}

/** Whether the body ends only when the connection closes: HTTP/1.0 allows a body without a length. */
function hasBodyUntilClose({ text }: Head): boolean {
  const [, method = "", , version] = REQUEST_LINE.exec(text.split(/\r?\n/, 1)[0] ?? "") ?? [];
  return (
    version === "HTTP/1.0" &&
    HAS_BODY.test(method) &&
    !/\n(?:content-length|transfer-encoding)[ \t]*:/i.test(text)
  );
}

/** Adds the length of the body to a head. */
function withLength(text: string, bytes: number): string {
  return `${text.slice(0, -"\r\n".length)}Content-Length: ${bytes}\r\n\r\n`;
}

/** Method and target of a request that may be malformed otherwise; null if there is no request line. */
export function targetIn(bytes: Buffer): { method: string; target: string } | null {
  const line = bytes.toString("latin1", 0, LINE_BYTES_MAX).split(/\r?\n/, 1)[0] ?? "";
  const match = /^([A-Za-z]{1,20}) +(\/\S*)/.exec(line);
  if (match === null) return null;
  const [, method = "", target = ""] = match;
  return { method, target: target.replaceAll(NOT_ALLOWED, percentEncode) };
}

const LINE_BYTES_MAX = 4_096;

function percentEncode(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}

export type FirstRequestTimes = {
  /** How long the head may take, the same as Node's own limit. */
  headMs: number;
  /** How long to wait for the first byte of a body without a length; a device that sends no body gets its answer then. */
  bodyBeginsMs: number;
  /** How long such a body may pause. */
  bodyPausesMs: number;
};

export const FIRST_REQUEST_TIMES: FirstRequestTimes = {
  headMs: 10_000,
  bodyBeginsMs: 500,
  bodyPausesMs: 3_000,
};

/** Node refuses longer heads by itself, with its own answer. */
const HEAD_BYTES_MAX = 16_384;
/** A body without a length is kept in memory until it ends. Anything beyond this is dropped. */
const LENGTHLESS_BODY_BYTES_MAX = 4_000_000;

/**
 * Reads the head of a connection's first request before Node's parser does, and puts it back as the parser accepts it. Only
 * the first: programs that write requests by hand send one request on a connection, and further requests on the same
 * connection come from HTTP libraries.
 */
export function readFirstRequest(
  socket: Socket,
  { times, next }: { times: FirstRequestTimes; next: (connection: Duplex) => void },
): void {
  let bytes = Buffer.alloc(0);
  const passOn = (given: Buffer) => {
    clearTimeout(timer);
    socket.off("readable", onReadable).off("end", onEnd).off("error", onError).off("close", onClose);
    if (socket.destroyed) return;
    if (socket.readableEnded) return next(new EndedConnection(socket, given));
    if (given.length > 0) socket.unshift(given);
    next(socket);
  };
  const onReadable = () => {
    for (let piece = readBytes(socket); piece !== null; piece = readBytes(socket))
      bytes = Buffer.concat([bytes, piece]);
    const head = headIn(bytes);
    if (head === null) {
      if (bytes.length > HEAD_BYTES_MAX) passOn(bytes);
      return;
    }
    const text = repairHead(head) ?? head.text;
    const rest = bytes.subarray(head.end);
    if (!hasBodyUntilClose(head)) {
      passOn(text === head.text ? bytes : Buffer.concat([Buffer.from(text, "latin1"), rest]));
      return;
    }
    clearTimeout(timer);
    socket.off("readable", onReadable).off("end", onEnd);
    void readUntilClose(socket, rest, times).then((body) =>
      passOn(Buffer.concat([Buffer.from(withLength(text, body.length), "latin1"), body])),
    );
  };
  // Node's parser reports what is wrong with a request that broke off.
  const onEnd = () => passOn(bytes);
  const onError = () => socket.destroy();
  const onClose = () => clearTimeout(timer);
  const timer = setTimeout(() => passOn(bytes), times.headMs);
  socket.on("error", onError).on("close", onClose).on("end", onEnd).on("readable", onReadable);
}

function readUntilClose(socket: Socket, begun: Buffer, times: FirstRequestTimes): Promise<Buffer> {
  return new Promise((resolve) => {
    const pieces = [begun];
    let length = begun.length;
    const finish = () => {
      clearTimeout(timer);
      socket.off("readable", onReadable).off("end", finish).off("close", finish);
      resolve(Buffer.concat(pieces));
    };
    const onReadable = () => {
      for (let piece = readBytes(socket); piece !== null; piece = readBytes(socket)) {
        if (length < LENGTHLESS_BODY_BYTES_MAX) pieces.push(piece);
        length += piece.length;
      }
      clearTimeout(timer);
      timer = setTimeout(finish, times.bodyPausesMs);
    };
    let timer = setTimeout(finish, length > 0 ? times.bodyPausesMs : times.bodyBeginsMs);
    socket.on("end", finish).on("close", finish).on("readable", onReadable);
  });
}

/** Stands for a connection of which the client has closed its half: nothing can be put back into such a socket. */
class EndedConnection extends Duplex {
  readonly #socket: Socket;
  readonly remoteAddress: string | undefined;

  constructor(socket: Socket, bytes: Buffer) {
    super();
    this.#socket = socket;
    this.remoteAddress = socket.remoteAddress;
    this.push(bytes);
    this.push(null);
    socket.on("error", () => this.destroy()).on("close", () => this.destroy());
  }

  override _read(): void {
    // All of it was pushed.
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, encoding, done);
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}

function readBytes(socket: Socket): Buffer | null {
  return socket.read() as Buffer | null; // no encoding is set
}
