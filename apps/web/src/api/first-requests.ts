/** What `public/first-requests.js` asked for while the app's code was being loaded. */
type FirstRequests = {
  answers: Map<string, Promise<Response>>;
  events: EventSource | null;
  /** The data of the events so far. */
  changes: string[];
};

declare global {
  var overdueFirst: FirstRequests | undefined;
}

/** The answer to a first request, once; null where there was none, or where it failed: then it is worth another try. */
export async function takeFirstAnswer(path: string): Promise<Response | null> {
  const answers = globalThis.overdueFirst?.answers;
  const answer = answers?.get(path);
  if (answer === undefined) return null;
  answers?.delete(path);
  const response = await answer.catch(() => null);
  return response?.ok === true ? response : null;
}

/** The stream of this address, once, with the events that it has sent; null where there is none. */
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
