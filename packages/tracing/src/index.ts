export { type DeliveryAttempt, deliveryAttempts, type StateChange, stateChanges } from "./traced-events.ts";

export type TracingOptions = {
  process: "api" | "checker" | "sender";
  log: { warn(details: object, sentence: string): void; warn(sentence: string): void };
};

/**
 * Exports traces to the collector at this base address; null: nothing is exported, and no code for it is loaded.
 * @returns a function that stops it, after exporting what waits for at most a few seconds
 */
export async function startTracing(
  endpoint: string | null,
  options: TracingOptions,
): Promise<() => Promise<void>> {
  if (endpoint === null) return () => Promise.resolve();
  const { exportTraces } = await import("./export-traces.ts");
  return exportTraces(endpoint, options);
}
