// Runs while the app's code is being loaded, and already requests what a page of a project needs first. The app uses the
// responses through `src/api/first-requests.ts`.
(() => {
  const [, projectId, section, id] =
    /^\/projects\/([\da-f-]{36})\/([^/]+)(?:\/(.*))?$/.exec(location.pathname) ?? [];
  if (projectId === undefined) return;
  const isId = /^[\da-f-]{36}$/.test(id ?? "");
  const at = `/v1/projects/${projectId}`;
  const events = new EventSource(`${at}/events`);
  const answers = new Map();
  window.overdueFirst = { answers, events, changes: [] };
  events.addEventListener("change", ({ data }) => window.overdueFirst.changes.push(data));
  request("/v1/me");
  if (section === "checks" && id === undefined) {
    // The list is read after its changes are followed, so that no change is missed in between.
    request(`${at}/check-overviews`, whenOpen());
    loadFiles("list");
  }
  if (section === "checks" && isId) {
    request(`${at}/checks/${id}`);
    requestThen(`${at}/incidents?limit=1&state=open&checkId=${id}`, ({ items: [open] }) => {
      if (open !== undefined) request(`${at}/incidents/${open.id}`);
    });
    loadFiles("check");
  }
  if (section === "incidents" && isId) {
    requestThen(`${at}/incidents/${id}`, ({ checkId }) => request(`${at}/checks/${checkId}`));
    request(`${at}/incidents/${id}/timeline?limit=200`);
    loadFiles("incident");
  }

  function request(path, before = Promise.resolve()) {
    const answer = before.then(() => fetch(path));
    answers.set(path, answer);
    // The app sees the failure of a request that it uses; the browser must not report the others.
    answer.catch(() => undefined);
  }

  /** Requests what a response leads to before the app sees it, which would request the same. */
  function requestThen(path, follow) {
    request(path);
    const answer = answers.get(path).then(async (response) => {
      if (response.ok) follow(await response.clone().json());
      return response;
    });
    answers.set(path, answer);
    answer.catch(() => undefined);
  }

  function whenOpen() {
    return new Promise((resolve) => {
      events.addEventListener("open", resolve);
      events.addEventListener("error", resolve);
      setTimeout(resolve, 1_000);
    });
  }

  /** Loads the files of a page, which the app's code would request only once it runs. */
  function loadFiles(page) {
    const names = document.querySelector(`meta[name="files-of-${page}"]`)?.content ?? "";
    const links = names
      .split(" ")
      .filter(Boolean)
      .map((name) => {
        const kind = name.endsWith(".css")
          ? { rel: "preload", as: "style", crossOrigin: "" }
          : { rel: "modulepreload" };
        return Object.assign(document.createElement("link"), kind, { href: `/assets/${name}` });
      });
    document.head.append(...links);
  }
})();
