import type { Auth } from "./better-auth.ts";

/** `setCookies`: what the answer must carry so that a session in use lives on. */
type FoundSession = { userId: string; sessionId: string; setCookies: readonly string[] };

/** Knows who a request's cookie belongs to. */
export type Sessions = { find: (headers: Headers) => Promise<FoundSession | null> };

export function sessionsOf(auth: Auth): Sessions {
  return { find: async (headers) => (headers.has("cookie") ? await find(auth, headers) : null) };
}

async function find(auth: Auth, headers: Headers): Promise<FoundSession | null> {
  const { response, headers: answered } = await auth.api.getSession({ headers, returnHeaders: true });
  if (response === null) return null;
  return {
    userId: response.user.id,
    sessionId: response.session.id,
    setCookies: answered.getSetCookie(),
  };
}
