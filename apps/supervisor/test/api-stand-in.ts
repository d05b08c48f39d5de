import { createServer } from "node:http";
import { getCACertificates } from "node:tls";
import { getHeapStatistics } from "node:v8";

import { openPool } from "@overdue/db";

// Answers every request with its process id and a count from the database; 503 if the database fails.
const pool = openPool({ url: process.env["DATABASE_URL"] ?? "", max: 1, name: "test" });

let livenessChecks = 0;
const server = createServer((request, response) => {
  if (request.url === "/crash") process.exit(3);
  if (request.url === "/hang") for (;;);
  if (request.url === "/health/live") livenessChecks += 1;
  if (request.url === "/node") {
    const { heap_size_limit: heapBytesMax } = getHeapStatistics();
    return void response.end(
      JSON.stringify({ heapBytesMax, authorities: getCACertificates("extra").length }),
    );
  }
  pool
    .query<{ tables: number }>(
      "select count(*)::int as tables from information_schema.tables where table_schema = 'public'",
    )
    .then(
      ([row]) => response.end(JSON.stringify({ pid: process.pid, tables: row?.tables, livenessChecks })),
      () => response.writeHead(503).end(),
    );
});
server.listen(Number(process.env["PORT"]), process.env["HOST"]);

process.once("SIGTERM", () => {
  server.closeAllConnections();
  server.close(() => void pool.end());
});
