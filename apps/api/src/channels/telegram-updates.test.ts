import { schema, telegramWebhookSecret } from "@overdue/db";
import { expect, test } from "vitest";

import { testApi } from "../../test/test-api.ts";

const api = await testApi();
const secret = telegramWebhookSecret(api.deps.keyring);

function tell(body: string, given = secret) {
  const headers = { "content-type": "application/json", "x-telegram-bot-api-secret-token": given };
  return api.app.request("/telegram/updates", { method: "POST", headers, body });
}

test("what Telegram tells is kept as it came, once", async () => {
  const body = JSON.stringify({ update_id: 5, message: { text: "a\u0000b \ud800" } });
  for (let time = 0; time < 2; time++) expect((await tell(body)).status).toBe(200);
  expect(await api.db.select().from(schema.telegramUpdates)).toMatchObject([{ updateId: 5, body }]);
});

test.each(["", "x", `${secret}x`])("a caller with the secret %j is not Telegram", async (given) => {
  expect((await tell(JSON.stringify({ update_id: 6 }), given)).status).toBe(401);
});

test("what cannot be read is taken, since it would only come again", async () => {
  for (const body of ["", "{", "[]", '{"update_id":"x"}']) expect((await tell(body)).status).toBe(200);
  expect((await tell(`{"update_id":7,"x":"${"y".repeat(600_000)}"}`)).status).toBe(413);
  expect(await api.db.$count(schema.telegramUpdates)).toBe(1);
});
