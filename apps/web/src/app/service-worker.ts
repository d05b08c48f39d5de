const FILE = "/sw.js";

/**
 * Registers the service worker (`public/sw.js`) once the page has loaded, and lets it keep the app's files. A page whose
 * files were replaced by a deploy goes on: the worker still has them.
 */
export function startServiceWorker(): void {
  if (!("serviceWorker" in navigator)) return;
  window.addEventListener("load", () => {
    navigator.serviceWorker
      .register(workerUrl())
      .then(() => navigator.serviceWorker.ready)
      .then(({ active }) => active?.postMessage("store-app"))
      // Such as a private window: the app works without it.
      .catch(() => undefined);
  });
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
