import { dialectOf } from "@overdue/core/dialects";
import { expect, test } from "vitest";

import { CLIENTS, mcpSettings } from "./connect-clients.ts";

const ADDRESS = {
  origin: "https://overdue.test",
  pingKey: "abcdefghijklmnopqrst12",
  uuid: "123e4567-e89b-12d3-a456-426614174000",
};

test("every address that the page shows is one that is read", () => {
  const shown = CLIENTS.flatMap(({ settings }) =>
    [...settings(ADDRESS).matchAll(/https:\/\/overdue\.test(\/[^\s"\\]+)/g)].map(([, path = ""]) => path),
  );
  // A client that is given a base puts the rest behind it.
  const whole = shown.map((path) =>
    path === "/ping"
      ? `/ping/${ADDRESS.uuid}/starting`
      : path.startsWith("/pushgateway/")
        ? `${path}/metrics/job/a`
        : path,
  );
  const unread = whole.filter((each) => {
    const { pathname, searchParams } = new URL(each, ADDRESS.origin);
    return dialectOf({ path: pathname, query: searchParams }) === null;
  });
  expect(whole.length).toBeGreaterThan(9);
  expect(unread).toEqual([]);
});

test("the DSN of Sentry holds the ping key", () => {
  expect(CLIENTS[0]?.settings(ADDRESS)).toBe("SENTRY_DSN=https://abcdefghijklmnopqrst12@overdue.test/1");
});

test("the settings of an MCP client name the address and carry the key", () => {
  expect(JSON.parse(mcpSettings("https://overdue.test", "hcr_key"))).toEqual({
    mcpServers: {
      overdue: {
        type: "http",
        url: "https://overdue.test/mcp",
        headers: { Authorization: "Bearer hcr_key" },
      },
    },
  });
});
