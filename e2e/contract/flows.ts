import type { SeededProduct } from "./seed.ts";

/** Requests for one part of the OpenAPI document with one kind of authentication. */
export type Flow = { name: string; headers: Record<string, string>; paths: string; settings: string };

export function flowsFor({
  origin,
  cookie,
  writeKey,
  readKey,
  ids,
  deletable,
  pingUuid,
}: SeededProduct): Flow[] {
  const given = Object.entries({ ...ids, number: "1" }).map(([name, value]) => `"path.${name}" = "${value}"`);
  const common = ["[generation]", "with-security-parameters = false", "[parameters]"];
  const deleteAndRestore = (path: string, param: keyof typeof deletable) =>
    ["DELETE " + path, `POST ${path}/restore`].flatMap((name) => [
      "[[operations]]",
      `include-name = "${name}"`,
      `parameters = { "path.${param}" = "${deletable[param]}" }`,
    ]);
  const apiSettings = [
    ...common,
    ...given,
    ...deleteAndRestore("/v1/projects/{projectId}", "projectId"),
    ...deleteAndRestore("/v1/projects/{projectId}/checks/{checkId}", "checkId"),
    ...deleteAndRestore("/v1/projects/{projectId}/channels/{channelId}", "channelId"),
    // A real sign-out would end the session that all other requests use.
    "[[operations]]",
    'include-name = "POST /api/auth/sign-out"',
    'headers = { Cookie = "overdue.session_token=none" }',
  ];
  const healthchecksSettings = [
    ...common,
    `"path.check" = "${pingUuid}"`,
    '"path.number" = "1"',
    "[[operations]]",
    'include-name = "DELETE /api/{version}/checks/{check}"',
    'parameters = { "path.check" = "01900000-0000-7000-8000-000000000000" }',
  ];
  return [
    {
      name: "api",
      headers: { Cookie: cookie, Origin: origin },
      paths: "^/(v1|api/auth|health|metrics|openapi)",
      settings: apiSettings.join("\n"),
    },
    {
      name: "healthchecks",
      headers: { "X-Api-Key": writeKey, "X-Metrics-Key": "let-me-measure" },
      paths: "^/(api/\\{version\\}|b/|badge/)",
      settings: healthchecksSettings.join("\n"),
    },
    {
      name: "prometheus",
      headers: { Authorization: `Bearer ${readKey}` },
      paths: "^/projects/",
      settings: [...common, `"path.key" = "${readKey}"`].join("\n"),
    },
  ];
}
