import { QueryClient } from "@tanstack/react-query";
import { createRouter, type ErrorComponentProps, Link, useRouter } from "@tanstack/react-router";
import { Button, Group } from "@mantine/core";

import { Page, PageSkeleton } from "../ui/page.tsx";
import { routeTree } from "./routes.tsx";
import { parseSearch, stringifySearch } from "./search.ts";
import { ApiError, sentenceOf } from "../api/problem.ts";
import styles from "./shell.module.css";

export function createAppRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    context: { queryClient },
    parseSearch,
    stringifySearch,
    defaultPreload: "intent",
    // Query decides what is fresh.
    defaultPreloadStaleTime: 0,
    defaultPendingMs: 300,
    defaultPendingComponent: PageSkeleton,
    defaultErrorComponent: BrokenPage,
    defaultNotFoundComponent: MissingPage,
    scrollRestoration: true,
  });
}

const TRIES_MAX = 2;

/** What the pages have read. Events, not time, say when it is out of date; the age is a second net. */
export function createAppQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { staleTime: 30_000, retry: (failures, error) => failures < TRIES_MAX && mayPass(error) },
    },
  });
}

/** Asking again helps where nobody answered or the server is not ready, never where it said no. */
function mayPass(error: Error): boolean {
  return !(error instanceof ApiError) || error.status >= 500;
}

/** Where an address leads nowhere. */
function MissingPage() {
  return (
    <div className={styles["main"]}>
      <Page
        title="There is nothing here"
        lead="The address may be mistyped, or what it named was deleted."
        narrow
      >
        <Group>
          <Button component={Link} to="/">
            To your checks
          </Button>
        </Group>
      </Page>
    </div>
  );
}

/** Where a page broke: what is known of it, and ways out. */
function BrokenPage({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  if (error instanceof ApiError && error.status === 404) return <MissingPage />;
  const tryAgain = () => {
    reset();
    void router.invalidate();
  };
  return (
    <div className={styles["main"]}>
      <Page title="This page did not work" lead={sentenceOf(error)} narrow>
        <Group>
          <Button onClick={tryAgain}>Try again</Button>
          <Button variant="default" component="a" href="/">
            To your checks
          </Button>
        </Group>
      </Page>
    </div>
  );
}
