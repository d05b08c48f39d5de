import type { IncomingMessage } from "node:http";

export type Answer = { status: number; text: string; bodyLimit: number | null };

type Request = {
  method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  headers: Readonly<Record<string, string>>;
  body?: Buffer | string;
  timeoutMs: number;
  signal?: AbortSignal;
  env: Readonly<Record<string, string | undefined>>;
};

const ANSWER_CHARS_MAX = 10_000_000;

/**
 * Makes one request; its time limit counts from its begin to the last byte of the answer. Redirects are not followed: a
 * ping's URL is a secret. A proxy is used as HTTPS_PROXY, HTTP_PROXY and NO_PROXY say, from Node 24.5 on.
 */
export function send(url: string, { body, timeoutMs, signal, env, ...options }: Request): Promise<Answer> {
  // TLS is loaded only where it is needed: it takes half as long as the start of Node. import() would load fetch, too.
  const { Agent, request: begin } = process.getBuiltinModule(
    url.startsWith("http:") ? "node:http" : "node:https",
  );
  const agent = new Agent({ proxyEnv: env, maxCachedSessions: 0 });
  const limit = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve, reject) => {
    const request = begin(
      url,
      { ...options, agent, signal: signal === undefined ? limit : AbortSignal.any([limit, signal]) },
      (response) => void readAnswer(response).then(resolve, reject),
    );
    request.once("error", (error) =>
      reject(limit.aborted ? new Error(`no answer within ${timeoutMs / 1_000} s`) : error),
    );
    request.end(body);
  });
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  let text = "";
  response.setEncoding("utf8");
  for await (const part of response) if (text.length < ANSWER_CHARS_MAX) text += part;
  const limit = response.headers["ping-body-limit"]?.toString();
  return {
    status: response.statusCode ?? 0,
    text,
    bodyLimit: limit !== undefined && /^\d+$/.test(limit) ? Number(limit) : null,
  };
}
