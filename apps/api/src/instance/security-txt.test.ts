import { expect, test } from "vitest";

import { ORIGIN, testApi } from "../../test/test-api.ts";

const PATH = "/.well-known/security.txt";

test("an instance says to whom one writes about a hole, and until when that holds", async () => {
  const api = await testApi({ securityContact: "mailto:security@example.org" });
  const response = await api.call("GET", PATH);
  expect(response.headers.get("content-type")).toMatch(/^text\/plain/);
  const fields = new Map(
    (await response.text())
      .trim()
      .split("\n")
      .map((line) => line.split(": ", 2) as [string, string]),
  );
  expect(Object.fromEntries(fields)).toMatchObject({
    Contact: "mailto:security@example.org",
    Canonical: `${ORIGIN}${PATH}`,
  });
  const validMs = Date.parse(fields.get("Expires") ?? "") - Date.now();
  expect(validMs).toBeGreaterThan(0);
  expect(validMs).toBeLessThan(365 * 86_400_000);
});

test("an instance without a contact says what its operator has to set", async () => {
  const api = await testApi();
  const response = await api.call("GET", PATH);
  expect(response.status).toBe(404);
  expect(await response.text()).toContain("SECURITY_CONTACT");
});
