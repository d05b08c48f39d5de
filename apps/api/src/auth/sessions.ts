import { passingTrouble } from "@overdue/db";

import type { Auth } from "./better-auth.ts";
import { withHiddenErrors } from "./hidden-errors.ts";

/** A session ends after so long, however much it is used; housekeeping deletes it. */
const SESSION_MS_MAX = 30 * 86_400_000;

/** `setCookies`: what the answer must carry so that a session in use lives on. */
type FoundSession = { userId: string; sessionId: string; setCookies: readonly string[] };

/** Knows who a request's cookie belongs to. */
export type Sessions = { find: (headers: Headers) => Promise<FoundSession | null> };

export function sessionsOf(auth: Auth): Sessions {
  return { find: async (headers) => (headers.has("cookie") ? await find(auth, headers) : null) };
}

async function find(auth: Auth, headers: Headers): Promise<FoundSession | null> {
  const get = (disableRefresh: boolean) =>
    withHiddenErrors(() => auth.api.getSession({ headers, returnHeaders: true, query: { disableRefresh } }));
  // A session is prolonged once a day by a write; who may only read can still be known.
  const { response, headers: answered } = await get(false).catch((error: unknown) => {
    if (passingTrouble(error) !== "read-only") throw error;
    return get(true);
  });
  if (response === null) return null;
  if (Date.now() - response.session.createdAt.getTime() > SESSION_MS_MAX) return null;
  return {
    userId: response.user.id,
    sessionId: response.session.id,
    setCookies: answered.getSetCookie(),
  };
}
