import { Readable } from "node:stream";

import { BROKEN_OFF } from "../http/http-server.ts";
import { BodyCollector, type KeptBody } from "./body-collector.ts";
import { KeywordScanner } from "./keyword-scanner.ts";

export type ReadBody = KeptBody & {
  /** How it ended: whole, broken off by the other side, or still on its way when our time was over. */
  end: "whole" | "broken-off" | "too-slow";
  /** Whether a keyword stands anywhere in it; of a long body only those that were asked for are known. */
  mentions: (keyword: string) => boolean;
};

type Options = {
  limit: number;
  /** How long a body may take; what has come by then is what there is. Milliseconds. */
  timeMs: number;
  /** The keywords that matter, which are looked for while a long body goes past; asked for only then. */
  keywords: () => Promise<readonly string[]>;
};

/**
 * Reads a body of any length and keeps a bounded part of it. Never fails for what the other side does: a body that
 * breaks off or takes too long counts with what came of it.
 */
export async function readBody(
  body: Readable | ReadableStream<Uint8Array> | null,
  { limit, timeMs, keywords }: Options,
): Promise<ReadBody> {
  const collector = new BodyCollector(limit);
  if (body === null) return { ...collector.result(), end: "whole", mentions: () => false };
  let scanner: KeywordScanner | null = null;
  const take = (piece: Uint8Array): Promise<void> | null => {
    scanner?.add(piece);
    const allSoFar = collector.add(piece);
    if (allSoFar === null) return null;
    return keywords().then((wanted) => {
      scanner = new KeywordScanner(wanted);
      scanner.add(allSoFar);
    });
  };
  const end = await readPieces(body instanceof Readable ? body : Readable.from(body), take, timeMs);
  const result = collector.result();
  return { ...result, end, mentions: mentionsIn(result, scanner) };
}

function mentionsIn({ kept }: KeptBody, scanner: KeywordScanner | null): ReadBody["mentions"] {
  return (keyword) => {
    if (scanner?.found.has(keyword) === true) return true;
    const inKept = new KeywordScanner([keyword]);
    if (kept !== null) inKept.add(kept);
    return inKept.found.has(keyword);
  };
}

/**
 * Hands over each piece as it comes, and waits where the taker asks for it. The stream is left flowing, so that what
 * still comes is discarded and the connection can go on. @throws what the taker throws
 */
function readPieces(
  body: Readable,
  take: (piece: Uint8Array) => Promise<void> | null,
  timeMs: number,
): Promise<ReadBody["end"]> {
  return new Promise((resolve, reject) => {
    const settle = (outcome: () => void) => {
      clearTimeout(timer);
      body.off("data", onData).off("end", onEnd).off("close", onClose).off(BROKEN_OFF, onClose);
      body.resume();
      outcome();
    };
    const onData = (piece: Uint8Array) => {
      const busy = take(piece);
      if (busy === null) return;
      body.pause();
      busy.then(
        () => body.resume(),
        (error: unknown) => settle(() => reject(error)),
      );
    };
    const onEnd = () => settle(() => resolve("whole"));
    const onClose = () => settle(() => resolve("broken-off"));
    const timer = setTimeout(() => settle(() => resolve("too-slow")), timeMs);
    // Heard to the last, since a stream that breaks off later must not end the process either.
    body.on("error", onClose);
    body.on("data", onData).on("end", onEnd).on("close", onClose).on(BROKEN_OFF, onClose);
    if (body.destroyed) onClose();
  });
}
