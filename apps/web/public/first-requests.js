// Runs while the app's code is being loaded, and asks for what a page of a project needs first. `src/api/first-requests.ts`
// takes the answers over.
(() => {
  const [, projectId, page] = /^\/projects\/([\da-f-]{36})\/(.*)$/.exec(location.pathname) ?? [];
  if (projectId === undefined) return;
  const at = `/v1/projects/${projectId}`;
  const events = new EventSource(`${at}/events`);
  const answers = new Map([["/v1/me", fetch("/v1/me")]]);
  window.overdueFirst = { answers, events, changes: [] };
  events.addEventListener("change", ({ data }) => window.overdueFirst.changes.push(data));
  // The list is read once its changes are followed, so that none is missed in between.
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
  // Who takes an answer over sees its failure.
  for (const answer of answers.values()) answer.catch(() => undefined);

  /** The files of the list, which the app's code would ask for only once it runs. */
  function loadModules() {
    const names = document.querySelector('meta[name="list-modules"]')?.content ?? "";
    for (const href of names.split(" ").filter(Boolean))
      document.head.append(Object.assign(document.createElement("link"), { rel: "modulepreload", href }));
  }
})();
