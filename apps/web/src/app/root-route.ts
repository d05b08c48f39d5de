import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, Outlet } from "@tanstack/react-router";

export const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({ component: Outlet });

declare module "@tanstack/react-router" {
  interface StaticDataRouteOption {
    /** The page changes something, so viewers are told why they do not see it. */
    forEditors?: true;
  }
}

/** What such a page says of itself. */
export const FOR_EDITORS = { forEditors: true } as const;
