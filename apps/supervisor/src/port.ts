import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { Refusal } from "./refusal.ts";

type PortRequest = { host: string; port: number; secondsMax: number; signal: AbortSignal };

/**
 * Finds the port to listen on: the requested one once it is free, or any free one for 0.
 *
 * @throws Refusal where another program still has it after `secondsMax`, or where it may not be used.
 */
export async function claimPort({ host, port, secondsMax, signal }: PortRequest): Promise<number> {
  const end = performance.now() + secondsMax * 1_000;
  for (;;) {
    try {
      return await tryPort(host, port);
    } catch (error) {
      if (performance.now() >= end) throw error;
      await wait(STEP_MS, undefined, { signal });
    }
  }
}

const STEP_MS = 200;

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
