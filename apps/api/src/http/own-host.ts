import type { AppContext } from "./context.ts";

/** Why a status page cannot be at this host; null: it can. At our own it would take the place of the app, and of the pings. */
export function ownHostProblem(c: AppContext, host: string | null): string | null {
  const { publicUrl, pingHosts } = c.var.deps.settings;
  const ours = [new URL(publicUrl).hostname, ...pingHosts.map((name) => name.replace(/:\d+$/, ""))];
  return host !== null && ours.includes(host)
    ? "Overdue itself uses this host: choose another one, such as status.example.org."
    : null;
}
