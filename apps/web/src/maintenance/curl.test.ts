import { expect, test } from "vitest";

import { maintenanceCurl } from "./curl.ts";

test("a deploy script starts maintenance by name and stops it by the same", () => {
  const lines = maintenanceCurl("https://overdue.example.org", "p1");
  expect(lines).toContain('{"name":"deploy","minutes":30}');
  expect(lines).toContain("https://overdue.example.org/v1/projects/p1/maintenance/start");
  expect(lines).toContain("https://overdue.example.org/v1/projects/p1/maintenance/stop");
});
