import { type ComponentType, lazy } from "react";

const AGAIN_MS = 3_000;

/**
 * A part of a page whose code is loaded when it is shown, inside a Suspense of its own. Where the code cannot be loaded it
 * is tried again until it can, so that the page around it stays, with all that was typed into it.
 */
export function lazyPart<Props extends object>(load: () => Promise<{ default: ComponentType<Props> }>) {
  return lazy(() => patiently(load));
}

async function patiently<Part>(load: () => Promise<Part>): Promise<Part> {
  for (;;) {
    try {
      return await load();
    } catch {
      await new Promise<void>((again) => {
        setTimeout(again, AGAIN_MS);
        window.addEventListener("online", () => again(), { once: true });
      });
    }
  }
}
