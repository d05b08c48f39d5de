import { HOUR_MS } from "@overdue/schedules";
import { QueryClient } from "@tanstack/react-query";
import {
  createRouter,
  type ErrorComponentProps,
  Link,
  type RouterHistory,
  useRouter,
} from "@tanstack/react-router";
import { Button, Group } from "@mantine/core";
import { useCallback, useEffect } from "react";

import { Page, PageSkeleton } from "../ui/page.tsx";
import { routeTree } from "./routes.tsx";
import { isServerReachable } from "./project-route.ts";
import { parseSearch, stringifySearch } from "./search.ts";
import { ApiError, errorMessage } from "../api/problem.ts";
import styles from "./shell.module.css";

/** `history` is the browser's by default; tests pass their own. */
export function createAppRouter(queryClient: QueryClient, history?: RouterHistory) {
  return createRouter({
    ...(history && { history }),
    routeTree,
    context: { queryClient },
    parseSearch,
    stringifySearch,
    defaultPreload: "intent",
    // The query client decides what is fresh.
    defaultPreloadStaleTime: 0,
    defaultPendingMs: 300,
    // A page that is ready is shown at once. By default the router would first show the skeleton for at least 500 ms.
    defaultPendingMinMs: 0,
    defaultPendingComponent: PageSkeleton,
    defaultErrorComponent: BrokenPage,
    defaultNotFoundComponent: MissingPage,
    scrollRestoration: true,
  });
}

const RETRIES_MAX = 2;
const CACHE_MS = 12 * HOUR_MS;

/** The cache of what the pages have read. Live events invalidate it; the stale time only matters if an event is lost. */
export function createAppQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        // What was read is kept while the tab is open: without a connection there is nothing else to show.
        gcTime: CACHE_MS,
        // Browsers often misjudge whether they are offline, and a request that waits to be online shows no error.
        networkMode: "always",
        retry: (failures, error) => failures < RETRIES_MAX && isTransient(error),
      },
      mutations: { networkMode: "always" },
    },
  });
}

/** A retry helps if the server was not reached or not ready, but not if it refused the request. */
function isTransient(error: Error): boolean {
  return !(error instanceof ApiError) || error.status >= 500;
}

/** Shown for an address that does not exist. */
function MissingPage() {
  return (
    <div className={styles["main"]}>
      <Page
        title="Page not found"
        lead="The address may be mistyped, or what it showed was deleted or moved to a project that you are not in."
        narrow
      >
        <Group>
          <Button component={Link} to="/">
            Go to your checks
          </Button>
        </Group>
      </Page>
    </div>
  );
}

const SERVER_POLL_MS = 3_000;

/** Shown in place of a page that failed: the error, and ways to continue. */
function BrokenPage({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const tryAgain = useCallback(() => {
    reset();
    void router.invalidate();
  }, [reset, router]);
  useEffect(() => {
    // A page that failed without a network is tried again once there is one.
    window.addEventListener("online", tryAgain);
    return () => window.removeEventListener("online", tryAgain);
  }, [tryAgain]);
  // No browser event says that the server can be reached again.
  const isUnreachable = error instanceof TypeError;
  useEffect(() => {
    if (!isUnreachable) return;
    const poll = () => void isServerReachable().then((isReachable) => isReachable && tryAgain());
    const timer = setInterval(poll, SERVER_POLL_MS);
    return () => clearInterval(timer);
  }, [isUnreachable, tryAgain]);
  if (error instanceof ApiError && error.status === 404) return <MissingPage />;
  return (
    <div className={styles["main"]}>
      <Page
        title={isUnreachable ? "Waiting for the connection" : "This page failed"}
        lead={
          isUnreachable
            ? "Overdue cannot be reached from this browser. This page opens by itself once it can."
            : errorMessage(error)
        }
        narrow
      >
        <Group>
          <Button onClick={tryAgain}>Try again</Button>
          {isUnreachable ? (
            // A link would reload the page, and the app could not be loaded.
            <Button variant="default" onClick={() => router.history.back()}>
              Back
            </Button>
          ) : (
            <Button variant="default" component="a" href="/">
              Go to your checks
            </Button>
          )}
        </Group>
      </Page>
    </div>
  );
}
