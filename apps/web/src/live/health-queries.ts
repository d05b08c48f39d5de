import { queryOptions } from "@tanstack/react-query";

/** Null while all is well, else a sentence for the banner. */
type HealthTrouble = string | null;

// A checker counts as stopped after 15 s: with this the banner stands within 30 s.
const EVERY_MS = 10_000;

/** Asks the server how it is; what it answers, and that it does not answer, are both worth a banner. */
export const healthQuery = queryOptions({
  queryKey: ["health"],
  queryFn: readHealth,
  refetchInterval: EVERY_MS,
  staleTime: 0,
  retry: 1,
});

async function readHealth(): Promise<HealthTrouble> {
  const response = await fetch("/health/ready", { headers: { accept: "application/json" } });
  return response.ok ? null : troubleOf(await response.json().catch(() => null));
}

/** Reads the reason out of the server's answer, whichever of its fields carries it. */
export function troubleOf(answer: unknown): string {
  const said = typeof answer === "object" && answer !== null ? answer : {};
  const reason = Object.entries(said).find(
    ([name, value]) =>
      ["reason", "detail", "because"].includes(name) && typeof value === "string" && value !== "",
  );
  return reason ? String(reason[1]) : "Overdue is not ready: deadlines may not be judged just now.";
}
