import { request } from "node:http";

export type Sent = { method: string; url: string; headers: Record<string, string>; body: Buffer | null };
export type Answer = { status: number; headers: Record<string, string>; body: Buffer };

/** A request exactly as given: `fetch` would refuse a GET with a body and change some paths. */
export function send({ method, url, headers, body }: Sent): Promise<Answer> {
  const { hostname, port } = new URL(url);
  const path = url.slice(url.indexOf("/", "http://".length));
  return new Promise((resolve, reject) => {
    const length = body === null ? {} : { "Content-Length": String(body.length) };
    const sent = request({ hostname, port, path, method, headers: { ...headers, ...length } }, (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (part: Buffer) => parts.push(part));
      answer.on("error", reject);
      answer.on("end", () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: Object.fromEntries(
            Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
          ),
          body: Buffer.concat(parts),
        }),
      );
    });
    sent.on("error", reject);
    sent.end(body ?? undefined);
  });
}
