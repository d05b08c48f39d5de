import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, Outlet } from "@tanstack/react-router";

export const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({ component: Outlet });

declare module "@tanstack/react-router" {
  interface StaticDataRouteOption {
    /** The page changes something, so viewers see an explanation in its place. */
    editorsOnly?: true;
  }
}

/** The static data of such a page. */
export const EDITORS_ONLY = { editorsOnly: true } as const;
