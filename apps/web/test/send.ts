import { type IncomingHttpHeaders, request } from "node:http";

/** The origin that the API accepts as that of its own pages. */
export const ORIGIN = "http://overdue.test";

export type Call = { method?: string; json?: unknown; body?: string; headers?: Record<string, string> };
type ReceivedResponse = { status: number; headers: IncomingHttpHeaders; text: string };

/** Sends a request without `fetch`, because tests replace it. */
export function sendTo(url: string, path: string, { method = "GET", json, body, headers }: Call = {}) {
  const content = json === undefined ? body : JSON.stringify(json);
  const type = content === undefined ? {} : { "content-type": "application/json" };
  const [, port = ""] = /:(\d+)$/.exec(url) ?? [];
  return new Promise<ReceivedResponse>((resolve, reject) => {
    const options = {
      host: "127.0.0.1",
      port,
      path,
      method,
      headers: { origin: ORIGIN, ...type, ...headers },
    };
    const sent = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        }),
      );
    });
    sent.on("error", reject);
    sent.end(content);
  });
}

/** The cookies that a response sets, in the form in which a request sends them. */
export function readCookie({ headers }: ReceivedResponse): string {
  return (headers["set-cookie"] ?? []).map((cookie) => cookie.split(";")[0]).join("; ");
}
