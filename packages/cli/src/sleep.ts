import { setTimeout as wait } from "node:timers/promises";

/** Resolves after `ms`, or as soon as `signal` aborts. `ref` false: the process may end before. */
export async function sleep(
  ms: number,
  { signal, ref = true }: { signal?: AbortSignal | undefined; ref?: boolean } = {},
): Promise<void> {
  await wait(ms, undefined, { ref, ...(signal && { signal }) }).catch(() => undefined);
}
