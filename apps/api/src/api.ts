/** What the web app knows of the API: its type, for Hono's client `hc<Api>()`. No code. */
export type { Api } from "./app.ts";
