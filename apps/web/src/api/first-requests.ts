/** What `public/first-requests.js` requested while the app's code was being loaded. */
type FirstRequests = {
  answers: Map<string, Promise<Response>>;
  events: EventSource | null;
  /** The data of the events so far. */
  changes: string[];
};

declare global {
  var overdueFirst: FirstRequests | undefined;
}

/** The response to a first request, to be used once; null if there is none, or if it failed and should be sent again. */
export async function takeFirstAnswer(path: string): Promise<Response | null> {
  const answers = globalThis.overdueFirst?.answers;
  const answer = answers?.get(path);
  if (answer === undefined) return null;
  answers?.delete(path);
  const response = await answer.catch(() => null);
  return response?.ok === true ? response : null;
}

/** The event stream of this path with the events that it has sent, which can be used once; null if there is none. */
export function takeFirstEvents(path: string): { source: EventSource; changes: string[] } | null {
  const first = globalThis.overdueFirst;
  const source = first?.events;
  if (!first || !source) return null;
  first.events = null;
  if (source.readyState !== EventSource.CLOSED && new URL(source.url).pathname === path)
    return { source, changes: first.changes };
  source.close();
  return null;
}
