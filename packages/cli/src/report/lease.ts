import type { Machine } from "../machine.ts";
import { VERSION } from "../version.ts";
import { send } from "./http.ts";

/** Whose lease it is, and where to ask for it. `check`: what stands behind /ping/ in the ping URL. */
export type LeaseRef = { url: string; check: string; create: boolean; owner: string; host: string };

/** The lease as Overdue has it: this run's, or another's. */
export type Lease = { held: boolean; fence: number; host: string; since: string; expiresAt: string };

/** How long a lease lasts without being renewed. */
export const LEASE_SECONDS = 60;
/** How often it is renewed: so two tries may fail. */
export const RENEW_MS = 20_000;
const REQUEST_MS_MAX = 5_000;

/** Takes or renews the lease, or gives it back with 0 seconds. Throws where Overdue cannot be asked, or knows no such check. */
export async function askForLease(
  { env }: Machine,
  ref: LeaseRef,
  ttlSeconds = LEASE_SECONDS,
): Promise<Lease> {
  const { url, ...asked } = ref;
  const answer = await send(`${url}/v1/lease`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "User-Agent": `overdue/${VERSION}` },
    body: JSON.stringify({ ...asked, ttlSeconds }),
    timeoutMs: REQUEST_MS_MAX,
    env,
  });
  if (answer.status === 200) return JSON.parse(answer.text) as Lease;
  throw new Error(answer.status === 404 ? "there is no such check" : `status ${answer.status}`);
}
