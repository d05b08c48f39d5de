import { createTheme, localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "./app/theme.css";
import "./app/zod-config.ts";
import { ProveArea } from "./accounts/prove-area.tsx";
import { createAppQueryClient, createAppRouter } from "./app/router.tsx";
import { ToastArea } from "./ui/toast.tsx";

/**
 * The CSS variables of this theme are in `theme.css`, because the page's content security policy allows style files but
 * no style tag made at run time. A change here that adds variables (colours, radius, fonts) needs a line there.
 */
const theme = createTheme({
  primaryColor: "indigo",
  primaryShade: { light: 7, dark: 5 },
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    // The library's text in a small button is larger than in a button of the default size.
    Button: {
      vars: (_: unknown, { size }: { size?: string }) => ({
        root: size === "compact-md" ? { "--button-fz": "14px" } : {},
      }),
    },
  },
});

/** The same key as `public/color-scheme.js`, which runs before the first paint. */
const colorSchemeManager = localStorageColorSchemeManager({ key: "overdue-color-scheme" });

/** The nonce that the server put into the page. Without it the policy refuses the style tags that a library adds. */
function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
}

// The library that keeps the page still behind a dialog looks for the nonce there.
Object.assign(globalThis, { __webpack_nonce__: styleNonce() });

const queryClient = createAppQueryClient();
const router = createAppRouter(queryClient);
// The router itself would load a page's code only once it knows who is signed in.
for (const { routeId } of router.matchRoutes(router.latestLocation))
  router.loadRouteChunk(router.routesById[routeId as keyof typeof router.routesById])?.catch(() => undefined);

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");

createRoot(root).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      colorSchemeManager={colorSchemeManager}
      defaultColorScheme="auto"
      getStyleNonce={styleNonce}
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
        <ProveArea />
      </QueryClientProvider>
      <ToastArea />
    </MantineProvider>
  </StrictMode>,
);

const WORKER_URL = "/sw.js";
/** After the load event, so that the worker does not compete with the page's own requests. */
const REGISTER_DELAY_MS = 3_000;

startServiceWorker();

/**
 * Registers the service worker (`public/sw.js`) once the page has loaded, and lets it store the app's files. A page that
 * was opened before a deploy then still finds its files: the worker has them.
 */
function startServiceWorker(): void {
  if (!("serviceWorker" in navigator)) return;
  window.addEventListener("load", () => setTimeout(() => void register(), REGISTER_DELAY_MS));
}

async function register(): Promise<void> {
  try {
    await navigator.serviceWorker.register(workerUrl());
    const { active } = await navigator.serviceWorker.ready;
    active?.postMessage("store-app");
  } catch {
    // A private window may refuse it. The app works without a worker.
  }
}

/** The page's policy requires a trusted URL, so that no other script can become the worker. */
function workerUrl(): string {
  const policy = window.trustedTypes?.createPolicy("overdue-worker", { createScriptURL: () => WORKER_URL });
  return (policy?.createScriptURL(WORKER_URL) ?? WORKER_URL) as string;
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
