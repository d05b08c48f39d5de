const FILE = "/sw.js";
/** What the page needs itself comes first. */
const REST_MS = 3_000;

/**
 * Registers the service worker (`public/sw.js`) once the page has loaded, and lets it keep the app's files. A page whose
 * files were replaced by a deploy goes on: the worker still has them.
 */
export function startServiceWorker(): void {
  if (!("serviceWorker" in navigator)) return;
  window.addEventListener("load", () => setTimeout(() => void register(), REST_MS));
}

async function register(): Promise<void> {
  try {
    await navigator.serviceWorker.register(workerUrl());
    const { active } = await navigator.serviceWorker.ready;
    active?.postMessage("store-app");
  } catch {
    // Such as in a private window: the app works without it.
  }
}

/** The page's policy asks for a trusted address, so that no other script can become the worker. */
function workerUrl(): string {
  const policy = window.trustedTypes?.createPolicy("overdue-worker", { createScriptURL: () => FILE });
  return (policy?.createScriptURL(FILE) ?? FILE) as string;
}

declare global {
  interface Window {
    trustedTypes?: {
      createPolicy(
        name: string,
        rules: { createScriptURL: (url: string) => string },
      ): { createScriptURL(url: string): unknown };
    };
  }
}
