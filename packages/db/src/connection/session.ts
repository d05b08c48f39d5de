import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Readable, Writable } from "node:stream";
import postgres from "postgres";

import { type ServerAddress, serverAddress } from "./server-address.ts";

/** The rows of a statement, and how many it selected or changed. */
export type Rows<Row> = Row[] & { count: number };

export type SessionOptions = {
  url: string;
  /** Shown in `pg_stat_activity`. */
  name: string;
  /** Settings of the session, by their names in PostgreSQL. */
  settings?: Record<string, string | number>;
  connectTimeoutMs?: number;
  onNotify?: (channel: string, payload: string) => void;
};

const CONNECT_TIMEOUT_MS = 1_500;
const END_TIMEOUT_SECONDS = 1;
/** How long after the end of its connection a statement may still be answered by the driver. */
const FORGOTTEN_AFTER_MS = 100;

/** The server could not be reached, or the connection ended. The codes are the driver's. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
  readonly code: "CONNECTION_CLOSED" | "CONNECTION_ENDED" | "CONNECT_TIMEOUT";

  constructor(code: ConnectionError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * One session on the server, opened by its first statement. Statements may be sent before earlier ones are answered; the
 * server runs them in order.
 *
 * It ends for good when its connection ends. postgres.js by itself reopens a lost connection, and then runs the remainder of a
 * transaction outside of it, or writes to a closed socket, which ends the process (its issues 1208, 1216 and 1133). So each
 * session is an instance of the driver with one connection that may open one socket.
 */
export class Session {
  readonly #address: ServerAddress;
  readonly #connectTimeoutMs: number;
  readonly #sql: postgres.Sql;
  readonly #statementOptions: { prepare: boolean; simple: false };
  /** SQL: begins a transaction. */
  readonly begin: string;
  /** Whether a pooler lends the server's connection for one transaction at a time, so that a session keeps nothing. */
  readonly isPooled: boolean;
  #socket: Socket | null = null;
  #onEnd: () => void = () => undefined;
  #hasEnded = false;
  /** Rejects the statements that have no answer yet. */
  readonly #unanswered = new Set<(error: Error) => void>();

  constructor(options: SessionOptions) {
    this.#address = serverAddress(options.url);
    this.#connectTimeoutMs = options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS;
    const { settings, isPooled, ...address } = this.#address;
    this.isPooled = isPooled;
    this.begin = isPooled ? beginWith(options.settings ?? {}) : "begin";
    // `simple: false`: without parameters the driver would else choose the simple protocol.
    this.#statementOptions = { prepare: !isPooled, simple: false };
    const name = { application_name: `overdue ${options.name}` };
    const driverOptions = {
      ...address,
      max: 1,
      connect_timeout: this.#connectTimeoutMs / 1_000,
      idle_timeout: undefined,
      max_lifetime: null,
      fetch_types: false,
      types: COLUMN_TYPES,
      connection: isPooled ? name : { ...settings, ...name, ...options.settings },
      onnotice: () => undefined,
      onclose: () => this.#ended(),
      socket: () => this.#openSocket(),
      ...(options.onNotify && { onnotify: options.onNotify }),
    };
    this.#sql = postgres(driverOptions);
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Called once, when either side ends the session. */
  set onEnd(listener: () => void) {
    this.#onEnd = listener;
  }

  /**
   * Runs one statement, which is prepared once for the session unless that is pooled. Without `values` the text may contain
   * several statements, and is not prepared.
   */
  query<Row extends object = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<Rows<Row>> {
    return this.#run(() =>
      values === undefined
        ? this.#sql.unsafe<Row[]>(text)
        : this.#sql.unsafe<Row[]>(text, values.map(toParameter), this.#statementOptions),
    );
  }

  /** As `query`, with the columns of each row in their order instead of by their names. */
  queryValues(text: string, values: readonly unknown[]): Promise<unknown[][]> {
    return this.#run(() => this.#sql.unsafe(text, values.map(toParameter), this.#statementOptions).values());
  }

  /** Runs a `copy … to stdout`, and yields what it writes: whole lines in PostgreSQL's text format, many at a time. */
  async *copyOut(text: string): AsyncGenerator<Buffer> {
    const stream = await this.#run(() => this.#sql.unsafe(text).readable());
    for await (const lines of this.#endWithSession(stream)) yield lines as Buffer;
    // The driver pauses the socket where its stream is full, and leaves it so where that was the last row.
    this.#socket?.resume();
  }

  /** Runs a `copy … from stdin`; what is written to the stream are lines in PostgreSQL's text format. */
  async copyIn(text: string): Promise<Writable> {
    return this.#endWithSession(await this.#run(() => this.#sql.unsafe(text).writable()));
  }

  /** The driver leaves a stream open whose connection has ended. */
  #endWithSession<S extends Readable | Writable>(stream: S): S {
    const end = () =>
      stream.destroy(new ConnectionError("CONNECTION_CLOSED", "The connection to PostgreSQL has ended."));
    this.#socket?.once("close", end);
    stream.once("close", () => this.#socket?.off("close", end));
    return stream;
  }

  async #run<T>(statement: () => Promise<T>): Promise<T> {
    if (this.#hasEnded)
      throw new ConnectionError("CONNECTION_CLOSED", "The connection to PostgreSQL has ended.");
    const { promise: lost, reject } = Promise.withResolvers<never>();
    this.#unanswered.add(reject);
    try {
      return await Promise.race([statement(), lost]);
    } catch (error) {
      // After an error that did not come from the server, the state of the connection is unknown.
      if (!(error instanceof postgres.PostgresError)) this.#ended();
      throw error;
    } finally {
      this.#unanswered.delete(reject);
    }
  }

  async #openSocket(): Promise<Socket> {
    if (this.#socket !== null || this.#hasEnded)
      throw new ConnectionError("CONNECTION_CLOSED", "The connection to PostgreSQL has ended.");
    const { host, port, path } = this.#address;
    const socket = connect(path === undefined ? { host, port, noDelay: true } : { path });
    this.#socket = socket;
    try {
      await once(socket, "connect", { signal: AbortSignal.timeout(this.#connectTimeoutMs) });
    } catch (error) {
      socket.destroy();
      if (error instanceof Error && error.name !== "AbortError") throw error;
      throw new ConnectionError("CONNECT_TIMEOUT", "PostgreSQL could not be reached in time.");
    }
    // The driver verifies a certificate against this name.
    return Object.assign(socket, { host });
  }

  #ended(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    // Rejects the statements under way, and those that wait for them.
    void this.#sql.end({ timeout: 0 });
    this.#socket?.destroy();
    this.#rejectForgotten();
    this.#onEnd();
  }

  /**
   * Rejects what the driver has forgotten: a statement that it was given while a connection was closing it never answers
   * (postgres.js 3.4.9), and its caller would wait for ever. The driver's own errors come first, since they say more.
   */
  #rejectForgotten(): void {
    if (this.#unanswered.size === 0) return;
    const error = new ConnectionError("CONNECTION_CLOSED", "The connection to PostgreSQL has ended.");
    setTimeout(() => {
      for (const reject of this.#unanswered) reject(error);
    }, FORGOTTEN_AFTER_MS);
  }

  /** Closes the connection; statements under way have one second to finish. */
  async end(): Promise<void> {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    await this.#sql.end({ timeout: END_TIMEOUT_SECONDS });
    this.#socket?.destroy();
    this.#rejectForgotten();
    this.#onEnd();
  }
}

/** SQL that begins a transaction with settings. A pooler refuses settings of a session, or would give them to the next client. */
function beginWith(settings: Record<string, string | number>): string {
  const each = Object.entries(settings).map(([name, value]) => `set local ${name} = ${value}`);
  return ["begin", ...each].join("; ");
}

/**
 * Writes a value in PostgreSQL's text format: an array in braces, an object as JSON, bytes in hexadecimal, an instant in
 * ISO 8601. The server knows the type of each parameter, so the driver must not guess it.
 */
function toParameter(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "string") return value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString("hex")}`;
  if (Array.isArray(value)) return `{${value.map(toElement).join()}}`;
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint") return `${value}`;
  return JSON.stringify(value);
}

function toElement(value: unknown): string {
  if (value === null || value === undefined) return "NULL";
  // Checked first, since nearly all elements of long arrays are of these types.
  if (typeof value === "number" || typeof value === "boolean") return `${value}`;
  if (typeof value === "string" && !TO_ESCAPE.test(value)) return `"${value}"`;
  const text = toParameter(value) ?? "NULL";
  return Array.isArray(value) ? text : `"${text.replace(/["\\]/g, "\\$&")}"`;
}

const TO_ESCAPE = /["\\]/;

/** How columns are parsed, by the OID of their type in `pg_type`; other types stay text. */
const COLUMN_TYPES = {
  boolean: columnType([16], (text) => text === "t"),
  bytes: columnType([17], (text) => Buffer.from(text.slice(2), "hex")),
  // All counts and durations fit into a double.
  bigint: columnType([20], Number),
  json: columnType([114, 3802], (text) => JSON.parse(text) as unknown),
  instant: columnType([1184], parseInstant),
  date: columnType([1082], (text) => text),
  booleans: columnType([1000], (text) => parseArray(text, (element) => element === "t")),
  numbers: columnType([1005, 1007, 1016, 1021, 1022], (text) => parseArray(text, Number)),
  texts: columnType([1009, 1015, 2951], (text) => parseArray(text, (element) => element)),
  jsons: columnType([199, 3807], (text) => parseArray(text, (element) => JSON.parse(element) as unknown)),
};

/** A type for the driver. It serializes nothing, since `toParameter` has written the parameters already. */
function columnType<T>(oids: [number, ...number[]], parse: (text: string) => T) {
  return { to: oids[0], from: oids, parse, serialize: (text: unknown) => text };
}

function parseInstant(text: string): Date | number {
  if (text === "infinity") return Infinity;
  return text === "-infinity" ? -Infinity : new Date(text);
}

/** The elements of an array of one dimension, such as `{a,"b, c",NULL}`. */
function parseArray<T>(text: string, parse: (element: string) => T): (T | null)[] {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"|([^,{}"]+)/gs)].map(([, quoted, bare = ""]) => {
    if (quoted !== undefined) return parse(quoted.replace(/\\(.)/gs, "$1"));
    return bare === "NULL" ? null : parse(bare);
  });
}
