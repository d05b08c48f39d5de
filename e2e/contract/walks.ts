import type { Furnished } from "./furnish.ts";

/** One walk over part of the document, as one who asks. */
export type Walk = { name: string; headers: Record<string, string>; paths: string; settings: string };

export function walksOn({ origin, cookie, writeKey, readKey, ids, doomed, pingUuid }: Furnished): Walk[] {
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
      paths: "^/(v1|api/auth|health|metrics|openapi)",
      settings: ownSettings.join("\n"),
    },
    {
      name: "face",
      headers: { "X-Api-Key": writeKey, "X-Metrics-Key": "let-me-measure" },
      paths: "^/(api/\\{version\\}|b/|badge/)",
      settings: faceSettings.join("\n"),
    },
    {
      name: "prometheus",
      headers: { Authorization: `Bearer ${readKey}` },
      paths: "^/projects/",
      settings: [...common, `"path.key" = "${readKey}"`].join("\n"),
    },
  ];
}
