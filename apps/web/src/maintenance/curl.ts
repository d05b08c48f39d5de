/** The lines for a deploy script that start a window and stop it. `$OVERDUE_KEY`: an API key that may write. */
export function maintenanceCurl(origin: string, projectId: string): string {
  const address = `${origin}/v1/projects/${projectId}/maintenance`;
  const post = (what: string, json: object) =>
    `curl -fsS -H "Authorization: Bearer $OVERDUE_KEY" -H 'Content-Type: application/json' \\\n  -d '${JSON.stringify(json)}' ${address}/${what}`;
  return [
    "# before: nothing is judged for at most 30 minutes",
    post("start", { name: "deploy", minutes: 30 }),
    "# after",
    post("stop", { name: "deploy" }),
  ].join("\n");
}
