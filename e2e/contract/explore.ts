import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Furnished } from "./furnish.ts";

type Options = { seed: number; examples: number; only: string | undefined };
/** One walk over part of the document, as one who asks. */
type Walk = { name: string; headers: Record<string, string>; filter: string[]; settings: string };

const CHECKS = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_headers_conformance",
  "response_schema_conformance",
];

/** Sends made-up requests for every route of the document and compares each answer with it. */
export async function explore(
  schemathesis: string,
  furnished: Furnished,
  options: Options,
): Promise<{ requests: number; failed: boolean }> {
  let requests = 0;
  let failed = false;
  for (const walk of walksOn(furnished).filter(
    ({ name }) => options.only === undefined || name === options.only,
  )) {
    const outcome = await walkOver(schemathesis, furnished.origin, { walk, options });
    requests += outcome.requests;
    failed ||= outcome.failed;
  }
  return { requests, failed };
}

async function walkOver(
  schemathesis: string,
  origin: string,
  { walk, options }: { walk: Walk; options: Options },
) {
  const folder = await mkdtemp(join(tmpdir(), "overdue-contract-"));
  const [config, report] = [join(folder, "schemathesis.toml"), join(folder, "har.json")];
  await writeFile(config, walk.settings);
  const headers = Object.entries(walk.headers).flatMap(([name, value]) => ["--header", `${name}: ${value}`]);
  const child = spawn(
    schemathesis,
    [
      ...["--config-file", config, "run", `${origin}/openapi.json`, "--url", origin],
      ...["--seed", String(options.seed), "--max-examples", String(options.examples)],
      ...["--checks", CHECKS.join(","), "--phases", "examples,coverage,fuzzing"],
      ...["--continue-on-failure", "--request-timeout", "10", "--warnings", "off"],
      ...["--report", "har", "--report-har-path", report, "--output-sanitize", "false"],
      ...walk.filter,
      ...headers,
    ],
    {
      cwd: folder,
      stdio: ["ignore", "inherit", "inherit"],
      env: { PATH: process.env["PATH"], NO_COLOR: "1" },
    },
  );
  const [code] = await once(child, "exit");
  const { log } = JSON.parse(await readFile(report, "utf8")) as { log: { entries: unknown[] } };
  await rm(folder, { recursive: true });
  return { requests: log.entries.length, failed: code !== 0 };
}

function walksOn({ origin, cookie, writeKey, readKey, ids, doomed, pingUuid }: Furnished): Walk[] {
  const own = ["--include-path-regex", "^/(v1|api/auth|health|metrics|openapi)"];
  const face = ["--include-path-regex", "^/(api/\\{version\\}|b/|badge/)"];
  const prometheus = ["--include-path-regex", "^/projects/"];
  const given = Object.entries({ ...ids, number: "1" }).map(([name, value]) => `"path.${name}" = "${value}"`);
  const common = ["[generation]", "with-security-parameters = false", "[parameters]"];
  const doom = (path: string, param: keyof typeof doomed) =>
    ["DELETE " + path, `POST ${path}/restore`].flatMap((name) => [
      "[[operations]]",
      `include-name = "${name}"`,
      `parameters = { "path.${param}" = "${doomed[param]}" }`,
    ]);
  const ownSettings = [
    ...common,
    ...given,
    ...doom("/v1/projects/{projectId}", "projectId"),
    ...doom("/v1/projects/{projectId}/checks/{checkId}", "checkId"),
    ...doom("/v1/projects/{projectId}/channels/{channelId}", "channelId"),
    // It would end the session by which all others are asked.
    "[[operations]]",
    'include-name = "POST /api/auth/sign-out"',
    'headers = { Cookie = "overdue.session_token=none" }',
  ];
  const faceSettings = [
    ...common,
    `"path.check" = "${pingUuid}"`,
    '"path.number" = "1"',
    "[[operations]]",
    'include-name = "DELETE /api/{version}/checks/{check}"',
    'parameters = { "path.check" = "01900000-0000-7000-8000-000000000000" }',
  ];
  return [
    {
      name: "own",
      headers: { Cookie: cookie, Origin: origin },
      filter: own,
      settings: ownSettings.join("\n"),
    },
    {
      name: "face",
      headers: { "X-Api-Key": writeKey, "X-Metrics-Key": "let-me-measure" },
      filter: face,
      settings: faceSettings.join("\n"),
    },
    {
      name: "prometheus",
      headers: { Authorization: `Bearer ${readKey}` },
      filter: prometheus,
      settings: [...common, `"path.key" = "${readKey}"`].join("\n"),
    },
  ];
}
