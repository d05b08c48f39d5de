import { createServer } from "node:http";

/**
 * A slow receiver of webhooks, in a process of its own so that nothing delays the arrival times it records. Prints its port;
 * `GET /calls` returns what came since the last `DELETE /calls`: [delivery id, epoch ms] each.
 */
const ANSWER_MS = Number(process.env["SINK_ANSWER_MS"] ?? 200);

let calls: [string, number][] = [];
const server = createServer((request, response) => {
  if (request.url === "/calls") {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(calls));
    if (request.method === "DELETE") calls = [];
    return;
  }
  calls.push([String(request.headers["webhook-id"]), Date.now()]);
  request.resume();
  setTimeout(() => response.end("ok"), ANSWER_MS);
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  console.log(typeof address === "object" ? address?.port : address);
});
