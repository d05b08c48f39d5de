import { inject, vi } from "vitest";

import { type Call, sendTo } from "./send.ts";

const { url, ada, vera } = inject("realApi");

/** The session cookies of two people at the running API. */
export const COOKIES = { ada, vera };

/** Calls the running API. @throws if it refuses the call */
export async function call(cookie: string, path: string, options: Call = {}) {
  const response = await sendTo(url, path, { ...options, headers: { cookie, ...options.headers } });
  if (response.status >= 400) throw new Error(`${path}: ${response.text}`);
  return response.text === "" ? null : JSON.parse(response.text);
}

/** Sends a ping, which needs no session. */
export async function ping(path: string, body?: string): Promise<void> {
  await sendTo(url, path, { method: "POST", ...(body !== undefined && { body }) });
}

/** Connects the app to the running API, with this session. */
export function signInAs(cookie: string): void {
  vi.stubGlobal("fetch", async (path: string, init: RequestInit = {}) => {
    const headers = Object.fromEntries(new Headers(init.headers));
    const response = await sendTo(url, String(path), {
      method: init.method ?? "GET",
      ...(typeof init.body === "string" && { body: init.body }),
      headers: { cookie, ...headers },
    });
    return new Response(response.status === 204 ? null : response.text, {
      status: response.status,
      headers: { "content-type": response.headers["content-type"] ?? "application/json" },
    });
  });
}
