import { send } from "./client.ts";

/** Stands in until the API's type has these routes. */
export async function post<T>(path: string, body?: unknown): Promise<T> {
  const response = await send(path, {
    method: "POST",
    ...(body !== undefined && {
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
    }),
  });
  return await response.json();
}
