import { MantineProvider } from "@mantine/core";
import { cleanNotifications, Notifications } from "@mantine/notifications";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { cleanup, configure, render, screen, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import type { ReactNode } from "react";
import { afterEach, vi } from "vitest";

import { createAppRouter } from "../src/app/router.tsx";
import { type Role, RoleProvider } from "../src/ui/role.tsx";

// Pages show times in the browser's zone, so all tests use the same one.
vi.stubEnv("TZ", "Europe/Berlin");

configure({
  // A busy machine takes a while to load the code of a page, or to respond.
  asyncUtilTimeout: 10_000,
  // By default each message contains the whole page, which hides the message.
  getElementError: (message) => new Error(message ?? "The element was not found."),
});

// The component library listens to `document.fonts`, which this DOM does not have.
Object.defineProperty(document, "fonts", { value: new EventTarget(), configurable: true });

afterEach(() => {
  cleanup();
  cleanNotifications();
  vi.unstubAllGlobals();
});

/** Renders a part of a page for a person with this role. Links are rendered, but lead nowhere. */
export async function renderPart(part: ReactNode, { role = "owner" }: { role?: Role } = {}) {
  const router = createRouter({
    routeTree: createRootRoute({
      component: () => (
        <RoleProvider value={role}>
          <div data-testid="part">{part}</div>
        </RoleProvider>
      ),
    }),
    history: createMemoryHistory(),
  });
  const client = testQueryClient();
  const { container } = render(
    <Providers client={client}>
      <RouterProvider router={router} />
    </Providers>,
  );
  await screen.findByTestId("part");
  return { user: userEvent.setup(), client, container };
}

/** Renders the whole app at an address. The router is returned, so that a test sees which address is open. */
export async function renderApp(path: string) {
  vi.stubGlobal("EventSource", FakeEventSource);
  FakeEventSource.opened = [];
  const client = testQueryClient();
  const router = createAppRouter(client, createMemoryHistory({ initialEntries: [path] }));
  render(
    <Providers client={client}>
      <RouterProvider router={router} />
    </Providers>,
  );
  await screen.findByRole("heading", { level: 1 });
  return { user: userEvent.setup(), client, router };
}

/** The wrapper for tests that call `render` themselves, to render a part again with other properties. */
export function MantineOnly({ children }: { children: ReactNode }) {
  return <MantineProvider env="test">{children}</MantineProvider>;
}

function Providers({ client, children }: { client: QueryClient; children: ReactNode }) {
  return (
    <MantineProvider env="test">
      <QueryClientProvider client={client}>{children}</QueryClientProvider>
      <Notifications />
    </MantineProvider>
  );
}

/** Like the app's own client, but without retries, so that a test sees an error at once. */
function testQueryClient(): QueryClient {
  return new QueryClient({ defaultOptions: { queries: { retry: false } } });
}

/** The event stream of a page, whose events the test sends itself. */
export class FakeEventSource extends EventTarget {
  static readonly OPEN = 1;
  static readonly CLOSED = 2;
  static opened: FakeEventSource[] = [];
  readonly url: string;
  readyState = 0;
  isClosed = false;

  constructor(url: string) {
    super();
    this.url = new URL(url, location.origin).href;
    FakeEventSource.opened.push(this);
    // Like the server, whose first event says that everything may have changed.
    queueMicrotask(() => {
      this.readyState = FakeEventSource.OPEN;
      this.dispatchEvent(new Event("open"));
      this.change(null);
    });
  }

  close(): void {
    this.isClosed = true;
    this.readyState = FakeEventSource.CLOSED;
  }

  /** Sends a change of a check, or of the project with null. */
  change(checkId: string | null): void {
    this.dispatchEvent(new MessageEvent("change", { data: JSON.stringify({ checkId }) }));
  }
}

/** The texts of a table's body, row by row. */
export function tableRows(name?: string): string[][] {
  const place =
    name === undefined
      ? screen.getByRole("table")
      : within(screen.getByRole("region", { name })).getByRole("table");
  const [, ...rows] = within(place).getAllByRole("row");
  return rows.map((row) =>
    within(row)
      .getAllByRole("cell")
      .map((cell) => cell.textContent ?? ""),
  );
}
