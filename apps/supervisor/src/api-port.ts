import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

import { Refusal } from "./refusal.ts";

type PortRequest = { host: string; port: number; secondsMax: number; signal: AbortSignal };

/**
 * Finds the port to listen on: the requested one as soon as it is free, or any free one for 0.
 *
 * @throws Refusal if another program still uses it after `secondsMax`, or if it may not be used.
 */
export async function claimPort({ host, port, secondsMax, signal }: PortRequest): Promise<number> {
  const end = performance.now() + secondsMax * 1_000;
  for (;;) {
    try {
      return await tryPort(host, port);
    } catch (error) {
      if (performance.now() >= end) throw error;
      await wait(TRY_EVERY_MS, undefined, { signal });
    }
  }
}

const TRY_EVERY_MS = 200;

async function tryPort(host: string, port: number): Promise<number> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, "listening");
    const address = server.address();
    return address !== null && typeof address === "object" ? address.port : port;
  } catch (cause) {
    throw new Refusal(refusal(host, port, cause), { cause });
  } finally {
    server.close();
  }
}

function refusal(host: string, port: number, cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? cause.code : "";
  if (code === "EADDRINUSE") return `Port ${port} is taken by another program; set PORT to a free one.`;
  if (code === "EACCES") return `Port ${port} may only be used by root; set PORT to one above 1023.`;
  return `HOST ${host} is no address of this machine; set HOST to 127.0.0.1 or 0.0.0.0.`;
}

const POLL_MS = 25;

/**
 * Waits until the product reports that it is ready. Returns false after `secondsMax`, or when `signal` is aborted.
 */
export async function becomesReady(url: string, secondsMax: number, signal: AbortSignal): Promise<boolean> {
  const end = performance.now() + secondsMax * 1000;
  while (performance.now() < end && !signal.aborted) {
    if (await answersOk(`${url}/health/ready`)) return true;
    await wait(POLL_MS);
  }
  return false;
}

async function answersOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
