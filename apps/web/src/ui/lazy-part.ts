import { type ComponentType, lazy } from "react";

const RETRY_MS = 3_000;

/**
 * A part of a page whose code is loaded when it is shown, inside a Suspense of its own. Loading is retried until it
 * succeeds, so that the page around the part stays, with everything that was typed into it.
 */
export function lazyPart<Props extends object>(load: () => Promise<{ default: ComponentType<Props> }>) {
  return lazy(() => loadWithRetry(load));
}

async function loadWithRetry<Part>(load: () => Promise<Part>): Promise<Part> {
  for (;;) {
    try {
      return await load();
    } catch {
      await new Promise<void>((retry) => {
        setTimeout(retry, RETRY_MS);
        window.addEventListener("online", () => retry(), { once: true });
      });
    }
  }
}
