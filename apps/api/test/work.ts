import { AsyncLocalStorage, createHook } from "node:async_hooks";

import { afterAll, vi } from "vitest";

import type { TestApi } from "./test-api.ts";

/** What a request had done before it was answered: each statement sent to the database, and each hash of a password. */
export type Work = string[];

/**
 * Watches what requests do, without changing it: statements where a session sends them, hashes where Node starts them. Ends
 * with the test file.
 */
export async function watchWork({ deps }: TestApi) {
  const requests = new AsyncLocalStorage<{ work: Work; isAnswered: boolean }>();
  const note = (what: string) => {
    const request = requests.getStore();
    if (request !== undefined && !request.isAnswered) request.work.push(what);
  };
  const hashes = createHook({
    init: (_, type) => {
      if (type === "ARGON2REQUEST" || type === "SCRYPTREQUEST") note("hash of a password");
    },
  }).enable();
  const client = await deps.pool.connect();
  const session: typeof client = Object.getPrototypeOf(Object.getPrototypeOf(client));
  client.release();
  const spies = (["query", "queryValues"] as const).map((name) => {
    const own = session[name] as (this: unknown, text: string, ...rest: unknown[]) => unknown;
    return vi.spyOn(session, name).mockImplementation(function send(
      this: unknown,
      text: string,
      ...rest: unknown[]
    ) {
      note(text.replaceAll(/\s+/g, " "));
      return own.call(this, text, ...rest) as never;
    });
  });
  afterAll(() => {
    hashes.disable();
    for (const spy of spies) spy.mockRestore();
  });
  return async <T>(request: () => Promise<T>): Promise<{ answer: T; work: Work }> => {
    const state = { work: [] as Work, isAnswered: false };
    return await requests.run(state, async () => {
      const answer = await request();
      state.isAnswered = true;
      return { answer, work: state.work };
    });
  };
}
