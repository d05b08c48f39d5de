// Runs while the app's code is being loaded, and already requests what a page of a project needs first. The app uses the
// responses through `src/api/first-requests.ts`.
(() => {
  const [, projectId, page] = /^\/projects\/([\da-f-]{36})\/(.*)$/.exec(location.pathname) ?? [];
  if (projectId === undefined) return;
  const at = `/v1/projects/${projectId}`;
  const events = new EventSource(`${at}/events`);
  const answers = new Map([["/v1/me", fetch("/v1/me")]]);
  window.overdueFirst = { answers, events, changes: [] };
  events.addEventListener("change", ({ data }) => window.overdueFirst.changes.push(data));
  // The list is read after its changes are followed, so that no change is missed in between.
  const list = `${at}/check-overviews`;
  const opened = new Promise((resolve) => {
    events.addEventListener("open", resolve);
    events.addEventListener("error", resolve);
    setTimeout(resolve, 1_000);
  });
  if (page === "checks") {
    answers.set(
      list,
      opened.then(() => fetch(list)),
    );
    loadModules();
  }
  // The app sees the failure of a request that it uses; the browser must not report the others.
  for (const answer of answers.values()) answer.catch(() => undefined);

  /** Loads the files of the list, which the app's code would request only once it runs. */
  function loadModules() {
    const names = document.querySelector('meta[name="list-modules"]')?.content ?? "";
    for (const href of names.split(" ").filter(Boolean))
      document.head.append(Object.assign(document.createElement("link"), { rel: "modulepreload", href }));
  }
})();
