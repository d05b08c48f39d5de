import { aCheck } from "@overdue/testkit";
import { listSubscribers } from "@overdue/db";
import { expect, test, vi } from "vitest";

import { cookieOf, ORIGIN, person, read, testApi } from "../../test/test-api.ts";
import { StatusPages } from "./page-cache.ts";

const api = await testApi({ mail: true });
const ada = await person(api);
const HTML = { accept: "text/html" };

let pages = 0;
/** A page of Ada's with one check under a public name, read anew for each visitor. */
async function aPage(input: object = {}) {
  pages += 1;
  const check = await aCheck(api.deps.pool, { projectId: ada.projectId, details: { name: "internal name" } });
  const made = await ada.as("POST", `${ada.path}/status-pages`, {
    name: "Jobs",
    slug: `jobs-${pages}`,
    entries: [{ checkId: check.id, group: "Backups", name: "Database" }],
    ...input,
  });
  if (made.status !== 201) throw new Error(await made.text());
  const page = await read<{ id: string; slug: string; url: string }>(made);
  return { ...page, check, path: `${ada.path}/status-pages/${page.id}`, at: `/status/${page.slug}` };
}

const visit = (path: string, headers: Record<string, string> = {}) =>
  api.app.request(path, { headers: { ...HTML, ...headers } });
const submit = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  api.app.request(path, {
    method: "POST",
    body: new URLSearchParams(fields).toString(),
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "sec-fetch-site": "same-origin",
      ...HTML,
      ...headers,
    },
  });

test("a stranger reads the page without an account, a script or another file", async () => {
  const { at } = await aPage({ description: "<b>All</b> our jobs" });
  const response = await visit(at);
  expect(response.status).toBe(200);
  const html = await response.text();
  expect(html).toContain("<h1>Jobs</h1>");
  expect(html).toContain("Database");
  expect(html).toContain("&lt;b&gt;All&lt;/b&gt; our jobs");
  expect(html).not.toMatch(/<script|<img|<iframe|src=|internal name/);
  const policy = response.headers.get("content-security-policy") ?? "";
  expect(policy).toMatch(
    /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; .*frame-ancestors 'none'$/,
  );
  const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? "";
  const hash = Buffer.from(await crypto.subtle.digest("SHA-256", Buffer.from(style))).toString("base64");
  expect(policy).toContain(`'sha256-${hash}'`);
  expect(response.headers.getSetCookie()).toEqual([]);
});

test("a page of forty checks with ninety days is at most 60 kB on the way", async () => {
  const entries = [];
  for (let index = 0; index < 40; index += 1) {
    const { id } = await aCheck(api.deps.pool, { projectId: ada.projectId });
    await api.deps.pool.query(
      `insert into slots (project_id, check_id, due_at, outcome, decided_at)
       select $1, $2, now() - day * interval '1 day',
              (array['on-time', 'late', 'missed', 'failed'])[1 + (day * 7 + $3::int) % 4], now()
         from generate_series(1, 89) day`,
      [ada.projectId, id, index],
    );
    entries.push({ checkId: id, group: `Group ${index % 5}`, name: `Job number ${index}` });
  }
  const { at } = await aPage({ entries });
  const response = await visit(at, { "accept-encoding": "gzip" });
  expect(response.headers.get("content-encoding")).toBe("gzip");
  expect((await response.arrayBuffer()).byteLength).toBeLessThan(60_000);
});

test("nothing private is in any form of the page", async () => {
  const { at, check, path } = await aPage();
  await api.app.request(`/ping/${check.pingUuid}/fail`, { method: "POST", body: "secret output" });
  await ada.as("POST", `${path}/posts`, {
    title: "Slow",
    state: "investigating",
    text: "We are looking.",
    checkIds: [check.id],
  });
  for (const file of ["", "/feed.atom", "/feed.rss", "/summary.json", "/embed", "/badge.svg"]) {
    const response = await visit(at + file);
    expect([file, response.status]).toEqual([file, 200]);
    const text = await response.text();
    for (const secret of [
      check.id,
      check.pingUuid,
      "internal name",
      "secret output",
      ada.projectId,
      ada.email,
    ])
      expect(text).not.toContain(secret);
  }
});

test("the feeds and the JSON say what the page says", async () => {
  const { at, check, path, url } = await aPage();
  const post = await read<{ id: string }>(
    await ada.as("POST", `${path}/posts`, {
      title: "Slow & late",
      state: "investigating",
      text: "We are looking.\u0001",
      checkIds: [check.id],
    }),
  );
  await ada.as("POST", `${path}/posts/${post.id}/updates`, { state: "resolved", text: "Done." });
  const atom = await (await visit(`${at}/feed.atom`)).text();
  expect(atom).toMatch(/^<\?xml version="1.0" encoding="utf-8"\?>\n<feed/);
  expect(atom).toContain("<title>Resolved: Slow &amp; late</title>");
  expect(atom).toContain("<title>Investigating: Slow &amp; late</title>");
  expect(atom).toContain(`href="${url}#${post.id}"`);
  expect(atom).not.toContain("\u0001");
  const rss = await (await visit(`${at}/feed.rss`)).text();
  expect(rss.match(/<item>/g)).toHaveLength(2);
  expect(rss).toContain(`<link>${url}#${post.id}</link>`);
  expect(await read(await visit(`${at}/summary.json`))).toMatchObject({
    name: "Jobs",
    groups: [{ name: "Backups", entries: [{ name: "Database" }] }],
    incidents: [{ title: "Slow & late", affects: ["Database"], updates: [{ state: "resolved" }, {}] }],
  });
});

test("only the widget may stand in a frame, and other sites may read widget, badge and JSON", async () => {
  const { at } = await aPage();
  const headersOf = async (file: string) => (await visit(at + file)).headers;
  expect((await headersOf("/embed")).get("content-security-policy")).toContain("frame-ancestors *");
  for (const file of ["", "/feed.atom", "/summary.json"])
    expect((await headersOf(file)).get("content-security-policy")).toContain("frame-ancestors 'none'");
  for (const file of ["/embed", "/badge.svg", "/summary.json"])
    expect((await headersOf(file)).get("cross-origin-resource-policy")).toBe("cross-origin");
});

test("what a visitor has already is not sent again until it changes", async () => {
  const { at, path } = await aPage();
  const first = await visit(`${at}/feed.atom`);
  const [etag, modified] = [first.headers.get("etag") ?? "", first.headers.get("last-modified") ?? ""];
  expect(first.headers.get("cache-control")).toContain("public, max-age=10");
  expect((await visit(`${at}/feed.atom`, { "if-none-match": etag })).status).toBe(304);
  expect((await visit(`${at}/feed.atom`, { "if-modified-since": modified })).status).toBe(304);
  await ada.as("POST", `${path}/posts`, { title: "Move", state: "notice", text: "We move." });
  await vi.waitFor(
    async () => expect((await visit(`${at}/feed.atom`, { "if-none-match": etag })).status).toBe(200),
    { timeout: 10_000 },
  );
});

test("a thousand visitors at once cost one statement, and none while nothing changes", async () => {
  const { at } = await aPage();
  const { pool, db, statusPages } = api.deps;
  let statements = 0;
  const counting = Object.create(pool, {
    query: {
      value: (...args: Parameters<typeof pool.query>) => {
        statements += 1;
        return pool.query(...args);
      },
    },
  }) as typeof pool;
  let now = Date.now();
  const changes = watchable();
  api.deps.pool = counting;
  api.deps.statusPages = new StatusPages({ pool: counting, db, changes, now: () => now });
  const thousand = async () => {
    const answers = await Promise.all(Array.from({ length: 1_000 }, async () => await visit(at)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    return statements;
  };
  try {
    expect(await thousand()).toBe(1);
    now += 1_999;
    expect(await thousand()).toBe(1);
    // Nobody watched during the first reading, so the page is read once more.
    now += 1;
    expect(await thousand()).toBe(2);
    now += 29_000;
    expect(await thousand()).toBe(2);
    changes.change();
    expect(await thousand()).toBe(3);
  } finally {
    Object.assign(api.deps, { pool, statusPages });
  }
});

/** A hub of changes that the test itself sets off. */
function watchable() {
  const watchers = new Set<() => void>();
  return {
    watch: (_: string, changed: () => void) => {
      watchers.add(changed);
      return () => void watchers.delete(changed);
    },
    change: () => {
      for (const call of watchers) call();
    },
  };
}

test("a page stays as it was for an hour while the database does not answer", async () => {
  const { slug } = await aPage();
  let isAway = false;
  const pool = Object.create(api.deps.pool, {
    query: {
      value: async (...args: Parameters<typeof api.deps.pool.query>) => {
        if (isAway) throw new Error("away");
        return await api.deps.pool.query(...args);
      },
    },
  }) as typeof api.deps.pool;
  let now = Date.now();
  const statusPages = new StatusPages({ pool, db: api.db, changes: watchable(), now: () => now });
  const served = await statusPages.find(slug);
  isAway = true;
  now += 59 * 60_000;
  expect(await statusPages.find(slug)).toBe(served);
  now += 2 * 60_000;
  await expect(statusPages.find(slug)).rejects.toThrow("away");
});

test("a page that asks for a password shows nothing without it, in no form", async () => {
  const { at } = await aPage({ visibility: "password", password: "open sesame" });
  for (const file of ["", "/feed.atom", "/feed.rss", "/summary.json", "/embed", "/badge.svg"]) {
    const response = await visit(at + file);
    expect([file, response.status]).toEqual([file, 401]);
    expect(await response.text()).not.toContain("Database");
  }
  expect((await submit(`${at}/password`, { password: "open sesam" })).status).toBe(401);
  const opened = await submit(`${at}/password`, { password: "open sesame" });
  expect([opened.status, opened.headers.get("location")]).toEqual([303, at]);
  expect(opened.headers.getSetCookie()[0]).toContain(`Path=${at}; HttpOnly; SameSite=Lax`);
  const shown = await visit(at, { cookie: cookieOf(opened) });
  expect(await shown.text()).toContain("Database");
  expect(shown.headers.get("cache-control")).toBe("private, no-cache");
});

test("a ticket is worth nothing at another page, nor after the password was changed", async () => {
  const [one, other] = [
    await aPage({ visibility: "password", password: "open sesame" }),
    await aPage({ visibility: "password", password: "open sesame" }),
  ];
  const cookie = cookieOf(await submit(`${one.at}/password`, { password: "open sesame" }));
  expect((await visit(one.at, { cookie })).status).toBe(200);
  expect((await visit(other.at, { cookie })).status).toBe(401);
  await ada.as("PATCH", one.path, { password: "another one" });
  await vi.waitFor(async () => expect((await visit(one.at, { cookie })).status).toBe(401), {
    timeout: 10_000,
  });
});

test("a password is tried ten times from one network", async () => {
  const { at } = await aPage({ visibility: "password", password: "open sesame" });
  const { clientAddress } = api.deps;
  api.deps.clientAddress = () => "198.51.100.7";
  try {
    for (let tries = 0; tries < 10; tries += 1)
      expect((await submit(`${at}/password`, { password: "wrong" })).status).toBe(401);
    expect((await submit(`${at}/password`, { password: "open sesame" })).status).toBe(429);
  } finally {
    api.deps.clientAddress = clientAddress;
  }
});

test("a password page needs a password", async () => {
  const input = { name: "x", slug: "needs-one", visibility: "password" };
  const refused = await ada.as("POST", `${ada.path}/status-pages`, input);
  expect(refused.status).toBe(400);
  expect(await read(refused)).toMatchObject({ errors: [{ field: "password" }] });
});

test("a page at its own host shows itself there and nothing else of Overdue", async () => {
  const host = "status.jobs.example";
  const { slug, at } = await aPage({ host });
  const there = (path: string, headers = {}) => visit(path, { host, ...headers });
  await vi.waitFor(async () => expect((await there("/")).status).toBe(200), { timeout: 5_000 });
  expect(await (await there("/")).text()).toContain('action="/subscribe"');
  expect((await there("/feed.atom")).status).toBe(200);
  for (const path of [
    at,
    `/status/${slug}`,
    "/sign-in",
    "/v1/instance",
    "/v1/me",
    "/api/auth/get-session",
    "/docs",
    "/openapi.json",
    "/metrics",
    "/health/live",
    "/constructor",
    "/__proto__",
  ])
    expect([path, (await there(path)).status]).toEqual([path, 404]);
  expect((await there("/", { host: `${host}:8443` })).status).toBe(200);
  expect((await there("/", { host: `${host.toUpperCase()}.` })).status).toBe(200);
  expect((await api.app.request("/v1/projects", { method: "POST", headers: { host } })).status).toBe(404);
});

test("the host of a deleted page shows nothing, and not the app", async () => {
  const host = "gone.jobs.example";
  const { path } = await aPage({ host });
  await ada.as("DELETE", path);
  await vi.waitFor(async () => expect((await visit("/v1/instance", { host })).status).toBe(404), {
    timeout: 5_000,
  });
});

test("Overdue's own host cannot be a page's", async () => {
  const refused = await ada.as("POST", `${ada.path}/status-pages`, {
    name: "x",
    slug: "own-host",
    host: new URL(ORIGIN).hostname,
  });
  expect(await read(refused)).toMatchObject({ errors: [{ field: "host" }] });
});

const subscribersOf = async ({ id }: { id: string }) =>
  await listSubscribers(api.db, { projectId: ada.projectId, pageId: id }, { limit: 100, after: null });

test("an address is noted, asked, and answered the same when it is there already", async () => {
  const page = await aPage();
  const answers = [];
  for (const email of ["Reader@Example.org", "reader@example.org"])
    answers.push((await (await submit(`${page.at}/subscribe`, { email })).text()).replaceAll(email, "…"));
  expect(answers[0]).toBe(answers[1]);
  expect(await subscribersOf(page)).toMatchObject([{ email: "reader@example.org", confirmedAt: null }]);
  expect((await submit(`${page.at}/subscribe`, { email: "no address" })).status).toBe(400);
});

test("a form that another site sends is refused", async () => {
  const page = await aPage();
  const fields = { email: "victim@example.org" };
  const foreign = [{ "sec-fetch-site": "cross-site" }, { "sec-fetch-site": "same-site" }];
  for (const headers of foreign)
    expect((await submit(`${page.at}/subscribe`, fields, headers)).status).toBe(403);
  const old = { method: "POST", body: "email=victim%40example.org" };
  const headers = { origin: "https://evil.example", host: "overdue.test" };
  expect((await api.app.request(`${page.at}/subscribe`, { ...old, headers })).status).toBe(403);
  expect(await subscribersOf(page)).toEqual([]);
});

test("one network has ten addresses asked an hour, and one address is asked for five pages a day", async () => {
  const made = [];
  for (let index = 0; index < 6; index += 1) made.push(await aPage());
  const ask = (page: { at: string }, email: string) => submit(`${page.at}/subscribe`, { email });
  const statuses = [];
  for (const page of made) statuses.push((await ask(page, "wanted@example.org")).status);
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
  const [page] = made;
  if (page === undefined) throw new Error("Six pages were made.");
  const { clientAddress } = api.deps;
  api.deps.clientAddress = () => "198.51.100.8";
  try {
    for (let index = 0; index < 10; index += 1)
      expect((await ask(page, `person-${index}@elsewhere.example`)).status).toBe(200);
    expect((await ask(page, "person-11@elsewhere.example")).status).toBe(429);
  } finally {
    api.deps.clientAddress = clientAddress;
  }
});

test("an unknown page, and an unknown file of one, are answered with a page that says so", async () => {
  const { at } = await aPage();
  for (const path of ["/status/nobody-has-this", `${at}/nothing.xml`, `${at}/constructor`]) {
    const response = await visit(path);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain("There is nothing here");
  }
});

test("a slug and a host are taken once, and the answer says by which field", async () => {
  const { slug } = await aPage();
  const again = await ada.as("POST", `${ada.path}/status-pages`, { name: "x", slug });
  expect(again.status).toBe(400);
  expect(await read(again)).toMatchObject({ errors: [{ field: "slug" }] });
});

test("a post names checks of its page alone", async () => {
  const { path } = await aPage();
  const elsewhere = await aCheck(api.deps.pool, { projectId: ada.projectId });
  const post = { title: "x", state: "investigating", text: "x", checkIds: [elsewhere.id] };
  const refused = await ada.as("POST", `${path}/posts`, post);
  expect(await read(refused)).toMatchObject({ errors: [{ field: "checkIds" }] });
});

test("an update that was corrected says so in every form of the page, in the zone of the page", async () => {
  const { at, path } = await aPage({ timezone: "Asia/Tokyo" });
  const post = await aPost(path);
  const [update] = post.updates;
  const edited = await ada.as("PUT", `${path}/posts/${post.id}/updates/${update?.id}`, {
    state: "investigating",
    text: "Corrected.",
  });
  expect(await read(edited)).toMatchObject({
    updates: [{ text: "Corrected.", state: "investigating", editedAt: expect.any(String) }],
  });
  const page = await (await visit(at)).text();
  expect(page).toContain("Corrected.");
  expect(page).not.toContain("We are looking.");
  expect(page.replaceAll(/\s+/g, " ")).toMatch(/, edited <time [^>]*>[^<]* (?:JST|GMT\+9)</);
  const atom = await (await visit(`${at}/feed.atom`)).text();
  const [, published, updated] = /<published>(.*?)<\/published>\s*<updated>(.*?)<\/updated>/.exec(atom) ?? [];
  expect(Date.parse(updated ?? "")).toBeGreaterThanOrEqual(Date.parse(published ?? ""));
  expect(await read(await visit(`${at}/summary.json`))).toMatchObject({
    incidents: [{ updates: [{ text: "Corrected.", editedAt: updated }] }],
  });
});

test("an update that is deleted leaves the page, and comes back when that is undone; the only one stays", async () => {
  const { at, path } = await aPage();
  const post = await aPost(path);
  const { updates } = await read<Post>(
    await ada.as("POST", `${path}/posts/${post.id}/updates`, { state: "resolved", text: "Sent too early." }),
  );
  const [wrong] = updates;
  const url = `${path}/posts/${post.id}/updates/${wrong?.id}`;
  expect((await ada.as("DELETE", url)).status).toBe(204);
  expect(await read(await visit(`${at}/summary.json`))).toMatchObject({
    incidents: [{ resolvedAt: null, updates: [{ text: "We are looking." }] }],
  });
  const only = await ada.as("DELETE", `${path}/posts/${post.id}/updates/${post.updates[0]?.id}`);
  expect(only.status).toBe(409);
  expect(await read(only)).toMatchObject({ detail: expect.stringContaining("delete the post instead") });
  expect((await ada.as("DELETE", url)).status).toBe(404);
  const restored = await read<Post>(await ada.as("POST", `${url}/restore`));
  expect(restored.updates.map(({ text }) => text)).toEqual(["Sent too early.", "We are looking."]);
});

type Post = { id: string; updates: { id: string; text: string }[] };

async function aPost(path: string): Promise<Post> {
  const post = { title: "Slow", state: "investigating", text: "We are looking." };
  return await read<Post>(await ada.as("POST", `${path}/posts`, post));
}
