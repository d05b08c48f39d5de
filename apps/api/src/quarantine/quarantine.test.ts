import { expect, test } from "vitest";

import { person, read, testApi } from "../../test/test-api.ts";

const api = await testApi();
const HOOK = { kind: "webhook", name: "hook", settings: { url: "https://example.org/hook" } };
type Items = { items: { id: string; kind: string }[] };

test("a delivery at which every sender died is listed with its channel and reason, and tried again when asked for, which the audit log says", async () => {
  const { as, path } = await person(api);
  const channel = await read<{ id: string }>(await as("POST", `${path}/channels`, HOOK));
  const queued = await as("POST", `${path}/channels/${channel.id}/test`);
  const { deliveryId } = await read<{ deliveryId: string }>(queued);
  expect((await read<Items>(await as("GET", `${path}/quarantine`))).items).toEqual([]);
  await api.database.pool.query(
    `update deliveries set state = 'retry', poison_attempts = 3, last_error = 'It died.',
            next_attempt_at = clock_timestamp() + interval '1 hour' where id = $1`,
    [deliveryId],
  );
  expect(await read(await as("GET", `${path}/quarantine`))).toMatchObject({
    items: [
      {
        id: deliveryId,
        kind: "delivery",
        channelId: channel.id,
        name: "hook",
        attempts: 3,
        reason: "It died.",
      },
    ],
  });
  const stranger = await person(api);
  const release = `/quarantine/${deliveryId}/release`;
  expect((await stranger.as("POST", `${stranger.path}${release}`)).status).toBe(404);
  expect((await as("POST", `${path}${release}`)).status).toBe(204);
  expect((await as("POST", `${path}${release}`)).status).toBe(404);
  expect((await read<Items>(await as("GET", `${path}/quarantine`))).items).toEqual([]);
  const audit = await read<{ items: { action: string }[] }>(await as("GET", `${path}/audit`));
  expect(audit.items.map(({ action }) => action)).toContain("quarantine.release");
});

test("a check whose schedule cannot be read any more, as after its time zone is gone, is shown with a sentence, and hides no other check", async () => {
  const { as, path } = await person(api);
  const schedule = { kind: "cron", expression: "0 2 * * *", timezone: "Europe/Berlin" };
  const make = async (name: string) =>
    (await read<{ id: string }>(await as("POST", `${path}/checks`, { name, schedule }))).id;
  const [gone, sound] = [await make("gone"), await make("sound")];
  await api.database.pool.query(
    `update checks set schedule = jsonb_set(schedule, '{timezone}', '"Mars/Phobos"'), status = 'down',
            deadline_at = clock_timestamp() - interval '1 minute' where id = $1`,
    [gone],
  );
  const span = `from=${new Date(Date.now() - 3_600_000).toISOString()}&until=${new Date().toISOString()}`;
  for (const list of ["checks?", "check-overviews?", `activity?${span}`, "clock-changes?"]) {
    const answer = await as("GET", `${path}/${list}`);
    expect([list, answer.status]).toEqual([list, 200]);
  }
  const { items } = await read<{ items: { id: string; scheduleText: string }[] }>(
    await as("GET", `${path}/check-overviews`),
  );
  const texts = new Map(items.map(({ id, scheduleText }) => [id, scheduleText]));
  expect(texts.get(gone)).toBe("A schedule that cannot be read: save it anew");
  expect(texts.get(sound)).toBe("Every day at 02:00, Europe/Berlin");
  expect(await read(await as("GET", `${path}/checks/${gone}`))).toMatchObject({ status: "down" });
  const mended = await as("PATCH", `${path}/checks/${gone}`, { schedule });
  expect(mended.status).toBe(200);
});
