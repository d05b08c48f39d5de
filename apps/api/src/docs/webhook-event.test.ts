import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { read, testApi } from "../../test/test-api.ts";
import { WebhookEvent } from "./openapi-document.ts";

const GOLDEN = new URL("../../../../packages/channels/src/payloads/webhook.json", import.meta.url);
const payloads = JSON.parse(readFileSync(GOLDEN, "utf8")) as Record<string, { body: unknown }>;

test.each(Object.entries(payloads))(
  "the schema of webhooks has every field of the payload %s",
  (_, { body }) => {
    expect(WebhookEvent.parse(body)).toEqual(body);
  },
);

test("the document says what a webhook receives", async () => {
  const api = await testApi();
  const document = await read<{ webhooks: Record<string, { post: { requestBody: unknown } }> }>(
    await api.call("GET", "/openapi.json"),
  );
  expect(document.webhooks["alert"]?.post.requestBody).toMatchObject({
    content: { "application/json": { schema: { $ref: "#/components/schemas/WebhookEvent" } } },
  });
});
