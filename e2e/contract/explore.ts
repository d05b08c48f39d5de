import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { SeededProduct } from "./seed.ts";
import { type Flow, flowsFor } from "./flows.ts";

type Options = { seed: number; examples: number; only: string | undefined };

const CHECKS = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_headers_conformance",
  "response_schema_conformance",
];

/** Sends generated requests to every route of the OpenAPI document, and compares each response to it. */
export async function explore(
  schemathesis: string,
  product: SeededProduct,
  options: Options,
): Promise<{ requests: number; failed: boolean }> {
  let requests = 0;
  let failed = false;
  for (const flow of flowsFor(product).filter(
    ({ name }) => options.only === undefined || name === options.only,
  )) {
    const outcome = await runFlow(schemathesis, product.origin, { flow, options });
    requests += outcome.requests;
    failed ||= outcome.failed;
  }
  return { requests, failed };
}

async function runFlow(
  schemathesis: string,
  origin: string,
  { flow, options }: { flow: Flow; options: Options },
) {
  const folder = await mkdtemp(join(tmpdir(), "overdue-contract-"));
  const [config, report] = [join(folder, "schemathesis.toml"), join(folder, "har.json")];
  await writeFile(config, flow.settings);
  const args = argumentsFor(origin, { flow, options, config, report });
  const child = spawn(schemathesis, args, {
    cwd: folder,
    stdio: ["ignore", "inherit", "inherit"],
    env: { PATH: process.env["PATH"], NO_COLOR: "1" },
  });
  const [code] = await once(child, "exit");
  const { log } = JSON.parse(await readFile(report, "utf8")) as { log: { entries: unknown[] } };
  await rm(folder, { recursive: true });
  return { requests: log.entries.length, failed: code !== 0 };
}

function argumentsFor(
  origin: string,
  { flow, options, config, report }: { flow: Flow; options: Options; config: string; report: string },
): string[] {
  const headers = Object.entries(flow.headers).flatMap(([name, value]) => ["--header", `${name}: ${value}`]);
  const own = {
    url: origin,
    seed: String(options.seed),
    "max-examples": String(options.examples),
    checks: CHECKS.join(","),
    phases: "examples,coverage,fuzzing",
    "request-timeout": "10",
    warnings: "off",
    report: "har",
    "report-har-path": report,
    "include-path-regex": flow.paths,
  };
  const flags = Object.entries(own).flatMap(([name, value]) => [`--${name}`, value]);
  return [
    "--config-file",
    config,
    "run",
    `${origin}/openapi.json`,
    "--continue-on-failure",
    ...flags,
    ...headers,
  ];
}
