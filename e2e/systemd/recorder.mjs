// The server for pings within the machine: writes down each request, for main.ts to send it to the real product.
import { appendFileSync } from "node:fs";
import { createServer } from "node:http";

createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    const { url, headers } = request;
    const ping = {
      url,
      facts: headers["overdue-facts"] ?? null,
      body: Buffer.concat(parts).toString("base64"),
    };
    appendFileSync("/mnt/pings.jsonl", `${JSON.stringify(ping)}\n`);
    response.end("OK");
  });
}).listen(8000, "127.0.0.1");
