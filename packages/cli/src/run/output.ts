import { spawnSync } from "node:child_process";
import { closeSync, constants, fstatSync, mkdtempSync, openSync, rmSync, write, writeSync } from "node:fs";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { isatty } from "node:tty";

/** More than any server keeps of a ping's body. */
const TAIL_BYTES_MAX = 100_000;
const RETRY_MS = 10;
/** The reader of a pipe or a socket is gone, of a socket with something unread. The job then gets SIGPIPE, as it would alone. */
const NOBODY_READS: ReadonlySet<string> = new Set(["EPIPE", "ECONNRESET"]);

/** Keeps the last part of what passes. */
export class Tail {
  #chunks: Buffer[] = [];
  #bytes = 0;

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    const first = this.#chunks[0];
    if (first === undefined || this.#bytes - first.length < TAIL_BYTES_MAX) return;
    this.#chunks.shift();
    this.#bytes -= first.length;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks).subarray(-TAIL_BYTES_MAX);
  }
}

/** One of our outputs and the pipe through which the job reaches it. `at`: the job's descriptors that write to the pipe. */
type Channel = { to: 1 | 2; at: readonly (1 | 2)[] };

/**
 * Which outputs are read on their way. One that is a terminal is left to the job, which then writes colours, asks for
 * passwords and draws progress as it does alone. Two outputs that are one file share a pipe, so that lines keep their order.
 */
function channels(mode: "send" | "drop"): Channel[] {
  if (mode === "drop") return [];
  const piped = ([1, 2] as const).filter((fd) => !isatty(fd));
  if (piped.length < 2) return piped.map((fd) => ({ to: fd, at: [fd] }));
  return isSameFile() ? [{ to: 1, at: [1, 2] }] : piped.map((fd) => ({ to: fd, at: [fd] }));
}

function isSameFile(): boolean {
  const [out, err] = [fstatSync(1), fstatSync(2)];
  return out.dev === err.dev && out.ino === err.ino && out.rdev === err.rdev;
}

/** What the job gets as its outputs, and what is done once it has them. */
export type Outputs = {
  stdio: ["inherit" | "pipe" | number, "inherit" | "pipe" | number];
  /** Starts to pass on what comes. `created`: the pipes that Node made, where we could not. */
  connect: (created: readonly (Readable | null | undefined)[]) => Connected;
};

export type Connected = {
  /** Resolves when all that the job wrote is written, though a process that it left behind may still hold the pipes. */
  drained: () => Promise<void>;
  /** Why a part was not passed on; null: everything was. */
  problem: () => string | null;
};

/**
 * Makes the pipes for the job's outputs. They are named pipes of the kernel, removed at once: what Node makes itself are
 * sockets, which a job cannot open as /dev/stdout or /dev/stderr.
 */
export function openOutputs(mode: "send" | "drop", tail: Tail): Outputs {
  const wanted = channels(mode);
  const pipes = wanted.length === 0 ? [] : makePipes(wanted.length);
  const stdio: Outputs["stdio"] = ["inherit", "inherit"];
  for (const [i, { at }] of wanted.entries())
    for (const fd of at) stdio[fd - 1] = pipes?.[i]?.writer ?? "pipe";
  return {
    stdio,
    connect: (created) => {
      for (const { writer } of pipes ?? []) closeSync(writer);
      const sources =
        pipes === null
          ? created.flatMap((from, i) => (from ? [{ from, to: (i + 1) as 1 | 2 }] : []))
          : wanted.flatMap(({ to }, i) => {
              const fd = pipes[i]?.reader;
              return fd === undefined
                ? []
                : [{ from: new Socket({ fd, readable: true, writable: false }), to }];
            });
      return all(sources.map(({ from, to }) => passThrough(from, to, tail)));
    },
  };
}

type Pipe = { reader: number; writer: number };

/** Null where mkfifo is missing, as in an image without a shell. */
function makePipes(count: number): Pipe[] | null {
  let folder: string | null = null;
  try {
    folder = mkdtempSync(join(tmpdir(), "overdue-"));
    const paths = Array.from({ length: count }, (_, i) => join(folder ?? "", String(i)));
    if (spawnSync("mkfifo", ["-m", "600", ...paths], { stdio: "ignore" }).status !== 0) return null;
    return paths.map((path) => ({
      reader: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK),
      writer: openSync(path, constants.O_WRONLY),
    }));
  } catch {
    return null;
  } finally {
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
  }
}

function all(each: readonly Connected[]): Connected {
  return {
    drained: async () => void (await Promise.all(each.map(({ drained }) => drained()))),
    problem: () => each.map(({ problem }) => problem()).find((one) => one !== null) ?? null,
  };
}

/**
 * A write that takes what fits at once, and returns how many bytes that were. A pipe is opened anew for it, without blocking,
 * which changes nothing for those that share ours; so the threads that wait for a slow reader are started only where one is.
 */
function writerWithoutWaiting(to: 1 | 2): (chunk: Buffer) => number {
  try {
    if (!fstatSync(to).isFIFO()) return () => 0;
    const fd = openSync(`/proc/self/fd/${to}`, constants.O_WRONLY | constants.O_NONBLOCK);
    return (chunk) => {
      try {
        return writeSync(fd, chunk);
      } catch {
        // It is full, or broken: then the write that may wait says so.
        return 0;
      }
    };
  } catch {
    return () => 0;
  }
}

/**
 * Writes what comes to one of our outputs, without blocking this process: a full pipe holds the job up, as it would alone,
 * but no signal and no time limit.
 */
function passThrough(from: Readable, to: 1 | 2, tail: Tail): Connected {
  let isWriting = false;
  let isClosed = false;
  let seen = 0;
  let problem: string | null = null;
  let wake: () => void = () => {};
  const done = () => {
    isWriting = false;
    from.resume();
    wake();
  };
  const writeNow = writerWithoutWaiting(to);
  const put = (whole: Buffer) => {
    if (problem !== null) return done();
    const chunk = whole.subarray(writeNow(whole));
    if (chunk.length === 0) return done();
    write(to, chunk, (error, written) => {
      if (error?.code === "EAGAIN") return void setTimeout(() => put(chunk), RETRY_MS);
      if (error) {
        problem = `The output could not be written (${error.code}).`;
        if (NOBODY_READS.has(error.code ?? "")) from.destroy();
        return done();
      }
      return written < chunk.length ? put(chunk.subarray(written)) : done();
    });
  };
  from.on("data", (chunk: Buffer) => {
    seen += 1;
    tail.add(chunk);
    isWriting = true;
    from.pause();
    put(chunk);
  });
  from.on("close", () => {
    isClosed = true;
    wake();
  });
  from.on("error", () => {});
  const drained = async () => {
    for (let before = -1; isWriting || (!isClosed && before !== seen);) {
      if (isWriting) {
        await new Promise<void>((resolve) => (wake = resolve));
        before = -1;
      } else {
        before = seen;
        // Two turns of the event loop: the kernel was asked once more, and had nothing.
        await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
      }
    }
    if (!isClosed) from.destroy();
  };
  return { drained, problem: () => problem };
}
