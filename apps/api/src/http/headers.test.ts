import { describe, expect, test } from "vitest";

import { fillProject } from "../../test/one-of-everything.ts";
import { keyHolder, person, testApi } from "../../test/test-api.ts";

const publicUrl = "https://overdue.test";
const INDEX = '<meta name="csp-nonce" content="__CSP_NONCE__"><title>Overdue</title>';
const api = await testApi({
  publicUrl,
  origins: [publicUrl, "http://overdue.test"],
  metricsToken: "let-me-measure",
  securityContact: "mailto:security@example.org",
  slack: { clientId: "1.2", signingSecret: "s".repeat(32) },
  site: { files: new Map(), indexHtml: INDEX },
});
const ada = await person(api);
const ids = await fillProject(api, ada);
const key = await keyHolder(api, ada.projectId, "write");
const check = await (await ada.as("GET", `${ada.path}/checks/${ids["checkId"]}`)).json();
const pathOf = (url: unknown) => new URL(String(url)).pathname;

const HTML = { headers: { accept: "text/html,*/*" } };
const get = (path: string, headers = {}) => api.call("GET", path, { headers });
const EXPORT = "/export?rows=runs&from=2026-01-01T00:00:00Z&until=2026-02-01T00:00:00Z&format=csv";
const pingPath = pathOf(check.pingUrl);

/** One of each class of answer, with its status. Cookies and pages of the app are of this origin alone. */
const ANSWERS: Record<string, [status: number, answer: () => Promise<Response>]> = {
  "a page of the app": [200, () => api.call("GET", "/projects", HTML)],
  "the page of a signed link": [200, () => get("/confirm/none", HTML.headers)],
  "the documentation": [200, () => get("/docs")],
  "the OpenAPI document": [200, () => get("/openapi.json")],
  "an object as JSON": [200, () => ada.as("GET", ada.path)],
  "a list as JSON by a key": [200, () => key.as("GET", `${ada.path}/checks`)],
  "a new object": [
    201,
    () => ada.as("POST", `${ada.path}/people`, { name: "Eve", channelIds: [ids["channelId"]] }),
  ],
  "nothing to say": [204, () => ada.as("DELETE", `${ada.path}/views/${ids["viewId"]}`)],
  "a malformed request": [400, () => ada.as("POST", `${ada.path}/checks`, { name: 7 })],
  "nobody signed in": [401, () => get(ada.path)],
  "a request of another site": [
    403,
    () => ada.as("POST", `${ada.path}/checks`, {}, { origin: "https://evil.test" }),
  ],
  "no such object": [404, () => ada.as("GET", `${ada.path}/checks/${ada.projectId}`)],
  "no such page": [404, () => get("/v1/nothing")],
  "a body that is too large": [
    413,
    () => ada.as("POST", `${ada.path}/checks`, { name: "x".repeat(3_000_000) }),
  ],
  "a stream of events": [200, () => ada.as("GET", `${ada.path}/events`)],
  "a download of history": [200, () => ada.as("GET", `${ada.path}${EXPORT}`)],
  "the audit log as a download": [200, () => ada.as("GET", `${ada.path}/audit/export`)],
  "a redirect": [303, backFromSlack],
  metrics: [200, () => get("/metrics", { authorization: "Bearer let-me-measure" })],
  health: [200, () => get("/health/live")],
  "security.txt": [200, () => get("/.well-known/security.txt")],
  "an answer in Healthchecks' form": [200, () => get("/api/v3/checks/", { "x-api-key": key.key })],
  "a refusal in Healthchecks' form": [401, () => get("/api/v3/checks/")],
  "an answer to an assistant": [401, () => api.call("POST", "/mcp", { json: {} })],
  "a sign-in that is refused": [
    401,
    () =>
      api.call("POST", "/api/auth/sign-in/email", {
        json: { email: ada.email, password: "wrong wrong wrong" },
      }),
  ],
};

/** As Slack sends a person back who has allowed the app. */
async function backFromSlack(): Promise<Response> {
  const { link } = await (await ada.as("POST", `${ada.path}/slack-links`)).json();
  const state = new URL(String(link)).searchParams.get("state");
  return await ada.as("GET", `/slack/callback?state=${state}&code=x`);
}

/** Pictures that other sites may show. */
const PICTURES: Record<string, () => Promise<Response>> = {
  "a badge": () => get(pathOf(check.badgeUrl)),
  "the strip of a check": () => get(pathOf(check.badgeUrl).replace("/b/3/", "/b/strip/")),
};

const PINGS: Record<string, [status: number, answer: () => Promise<Response>]> = {
  "a ping": [200, () => get(pingPath)],
  "a ping of no check": [404, () => get("/ping/11111111-2222-4333-8444-555555555555")],
  "a ping in words that are not known": [400, () => get(`${pingPath}?state=%3Cscript%3E`)],
};

describe("each class of answer has the headers that keep a browser safe", () => {
  test.each(Object.entries(ANSWERS))("%s", async (_, [status, answer]) => {
    const response = await answer();
    expect(response.status).toBe(status);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      "permissions-policy": expect.stringContaining("camera=()"),
      "strict-transport-security": "max-age=31536000",
      "cache-control": expect.stringMatching(/no-store|no-cache/),
    });
    expect(isStrict(response.headers.get("content-security-policy"))).toBe(true);
    expect(response.headers.get("access-control-allow-credentials")).toBeNull();
    for (const name of ["server", "x-powered-by"]) expect(response.headers.has(name)).toBe(false);
    await response.body?.cancel();
  });

  test.each(Object.entries(PICTURES))("%s, which other sites may show", async (_, answer) => {
    const { status, headers } = await answer();
    expect(status).toBe(200);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("cross-origin-resource-policy")).toBe("cross-origin");
    expect(headers.get("strict-transport-security")).toBe("max-age=31536000");
    expect(isStrict(headers.get("content-security-policy"))).toBe(true);
    expect(headers.getSetCookie()).toEqual([]);
  });

  test.each(Object.entries(PINGS))(
    "%s, which is plain text, kept nowhere and for nobody's session",
    async (_, [status, answer]) => {
      const response = await answer();
      expect(response.status).toBe(status);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        "content-type": "text/plain; charset=utf-8",
        "x-content-type-options": "nosniff",
        "cache-control": expect.stringContaining("no-store"),
        "x-robots-tag": "noindex",
      });
      expect(response.headers.has("access-control-allow-credentials")).toBe(false);
      expect(response.headers.getSetCookie()).toEqual([]);
    },
  );
});

test("a download is saved as a file, never shown as a page", async () => {
  for (const path of [EXPORT, "/audit/export"]) {
    const { headers } = await ada.as("GET", ada.path + path);
    expect(headers.get("content-disposition")).toMatch(/^attachment; filename=/);
    expect(headers.get("content-type")).not.toContain("html");
  }
});

/** Nothing may be loaded that is not named, nothing runs that stands in the page itself, and no site may frame it. */
function isStrict(policy: string | null): boolean {
  const parts = (policy ?? "").split("; ");
  const isOpen = /unsafe-|\*|data: *'|https?:/.test(policy?.replace("img-src 'self' data:", "") ?? "*");
  return parts.includes("default-src 'none'") && parts.includes("frame-ancestors 'none'") && !isOpen;
}
