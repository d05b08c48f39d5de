// The service worker: it stores the app's files, so that the app opens without the server, and shows notifications.
// It is not part of the build: a file that changed with each build would be installed again with each build.

const APP = "overdue-app";
const DATA = "overdue-data";
/** The responses that are stored: those that the pages show first. Everything else comes from the server only. */
const STORED_PATHS = /^\/v1\/(me|projects\/[^/]+\/(check-overviews|incidents|channels))$/;
/** The logo, which every page shows: it has one name for all builds. */
const LOGO = "/favicon.svg";
/** The header that says when a response was stored, for the pages that show how old it is. */
const STORED_AT = "x-overdue-stored-at";

self.addEventListener("install", (event) => {
  event.waitUntil(Promise.all([storeShell(), storeAssets()]).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  if (event.data === "store-app") event.waitUntil(storeAssets());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname, origin } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (pathname.startsWith("/assets/") || pathname === LOGO) event.respondWith(serveAsset(request));
  // Status pages are rendered by the server and are not part of the app.
  else if (request.mode === "navigate" && !pathname.startsWith("/status/"))
    event.respondWith(servePage(event));
  else if (STORED_PATHS.test(pathname) && !request.headers.has("authorization"))
    event.respondWith(serveData(event));
});

/** Stored files first: their names have a hash, so they never change. A page older than a deploy still finds its own. */
async function serveAsset(request) {
  const known = await caches.match(request);
  if (known !== undefined) return known;
  const response = await fetch(request);
  if (response.ok) await (await caches.open(APP)).put(request, response.clone());
  return response;
}

/** The app's page from the server first, so that a deploy takes effect with the next page that is opened. */
async function servePage({ request }) {
  try {
    return await fetch(request);
  } catch (error) {
    return (await caches.match("/")) ?? Promise.reject(error);
  }
}

/** A response of the API from the server first, or else the stored one. Signed out, nothing stored is kept. */
async function serveData({ request }) {
  try {
    const response = await fetch(request);
    if (response.ok) await storeData(request, response.clone());
    if (response.status === 401) await caches.delete(DATA);
    return response;
  } catch (error) {
    return (await caches.match(request)) ?? Promise.reject(error);
  }
}

async function storeData(request, response) {
  const headers = new Headers(response.headers);
  headers.set(STORED_AT, new Date().toISOString());
  const stored = new Response(await response.arrayBuffer(), { status: response.status, headers });
  await (await caches.open(DATA)).put(request, stored);
}

async function storeShell() {
  const response = await fetch("/", { headers: { accept: "text/html" }, cache: "no-store" });
  const cache = await caches.open(APP);
  if (response.ok) await cache.put("/", response);
  await cache.add(LOGO);
}

/** Stores the files of this build, and deletes those that belong neither to this build nor to the one before it. */
async function storeAssets() {
  const response = await fetch("/assets.json", { cache: "no-store" });
  if (!response.ok) return;
  const cache = await caches.open(APP);
  const before = await (await cache.match("/assets.json"))?.json();
  const now = await response.clone().json();
  const isSame = before?.now.join() === now.join();
  const kept = new Set([...now, ...((isSame ? before?.before : before?.now) ?? [])]);
  for (const { url } of await cache.keys()) {
    const { pathname } = new URL(url);
    if (pathname.startsWith("/assets/") && !kept.has(pathname)) await cache.delete(url);
  }
  for (const path of now) if ((await cache.match(path)) === undefined) await cache.add(path);
  await storeShell();
  const list = { now, before: (isSame ? before?.before : before?.now) ?? [] };
  await cache.put("/assets.json", new Response(JSON.stringify(list)));
}

self.addEventListener("push", (event) => {
  const { title = "Overdue", body = "", tag, link = "/", silent = false, action } = event.data?.json() ?? {};
  const actions = action === undefined ? [] : [{ action: "act", title: action.label }];
  const shown = {
    body,
    silent,
    actions,
    icon: "/icon-192.png",
    badge: "/badge-96.png",
    data: { link, act: action?.url },
  };
  // A notification replaces the one with the same tag: the recovery replaces its alert.
  event.waitUntil(
    self.registration.showNotification(title, { ...shown, ...(tag && { tag, renotify: !silent }) }),
  );
});

self.addEventListener("notificationclick", (event) => {
  const { notification, action } = event;
  const { link, act } = notification.data ?? {};
  notification.close();
  event.waitUntil(action === "act" && act !== undefined ? perform(notification, act, link) : open(link));
});

/** Does what the button says, by the link that came with the alert. If that fails, opens the page of the incident. */
async function perform({ title, tag }, act, link) {
  const response = await fetch(new URL(act).pathname + new URL(act).search, { method: "POST" }).catch(
    () => null,
  );
  if (response?.ok !== true) return await open(link);
  const shown = { body: "Acknowledged.", icon: "/icon-192.png", badge: "/badge-96.png", data: { link } };
  await self.registration.showNotification(title, { ...shown, ...(tag && { tag, silent: true }) });
}

/** Shows the page in a tab of the app that is already open, or in a new one. */
async function open(link) {
  const url = new URL(link, self.location.origin);
  if (url.origin !== self.location.origin) return;
  const [tab] = await self.clients.matchAll({ type: "window" });
  if (tab === undefined) await self.clients.openWindow(url.href);
  else await tab.focus().then((focused) => focused.navigate(url.href));
}
