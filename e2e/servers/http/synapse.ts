import { appendFile } from "node:fs/promises";
import { join } from "node:path";

import { freePort } from "../../support/steps.ts";
import type { Trial } from "../../support/try-all.ts";
import { channelSteps } from "./channel-steps.ts";
import { untilItAnswers, ask, json, openPlace, type Place } from "./local.ts";

const VERSION = "1.163.2";

/** Matrix's own server, with SQLite and its default limits. */
export const synapse: Trial = {
  name: "Matrix Synapse",
  run: async (steps) => {
    const place = await openPlace();
    try {
      await place.run(`python3 -m venv v && v/bin/pip install -q matrix-synapse==${VERSION}`);
      steps.version = VERSION;
      const port = await freePort();
      const origin = `http://127.0.0.1:${port}`;
      await configure(place, port);
      const run = "v/bin/python -m synapse.app.homeserver --config-path hs.yaml";
      let stop = await place.start(run);
      await untilItAnswers(`${origin}/_matrix/client/versions`);
      const [admin, bot] = [await user(place, origin, "admin"), await user(place, origin, "bot")];
      const { room_id: room } = JSON.parse(
        (await ask(`${origin}/_matrix/client/v3/createRoom`, json({ invite: [bot.id] }, admin.auth))).body,
      ) as { room_id: string };
      const inRoom = `${origin}/_matrix/client/v3/rooms/${encodeURIComponent(room)}`;
      const joinRoom = () => ask(`${inRoom}/join`, json({}, bot.auth));
      await joinRoom();
      const settings = { homeserver: origin, room, token: bot.token };
      await channelSteps(steps, {
        kind: "matrix",
        settings,
        wrong: { settings: { ...settings, token: "syt_wrong" }, expected: /^test failed.*401.*; broken/ },
        has: async (words) =>
          count((await ask(`${inRoom}/messages?dir=b&limit=100`, { headers: admin.auth })).body, words),
        stop: () => stop(),
        start: async () => {
          stop = await place.start(run);
          await untilItAnswers(`${origin}/_matrix/client/versions`);
        },
        target: {
          take: async () => void (await ask(`${inRoom}/kick`, json({ user_id: bot.id }, admin.auth))),
          give: async () => {
            await ask(`${inRoom}/invite`, json({ user_id: bot.id }, admin.auth));
            await joinRoom();
          },
          expected: /^down failed.*; broken: .*403/,
        },
      });
    } finally {
      await place.remove();
    }
  },
};

async function configure(place: Place, port: number): Promise<void> {
  await place.run(
    "v/bin/python -m synapse.app.homeserver --server-name hs.test --config-path hs.yaml --generate-config --report-stats=no",
  );
  await place.run(`sed -i 's/port: 8008/port: ${port}/' hs.yaml`);
  await appendFile(
    join(place.folder, "hs.yaml"),
    "\nregistration_shared_secret: shared\nsuppress_key_server_warning: true\n",
  );
}

async function user(place: Place, origin: string, name: string) {
  await place.run(
    `v/bin/register_new_matrix_user -k shared -u ${name} -p secret-${name} --no-admin ${origin}`,
  );
  const login = {
    type: "m.login.password",
    identifier: { type: "m.id.user", user: name },
    password: `secret-${name}`,
  };
  const { body } = await ask(`${origin}/_matrix/client/v3/login`, json(login));
  const { access_token: token, user_id: id } = JSON.parse(body) as { access_token: string; user_id: string };
  return { id, token, auth: { authorization: `Bearer ${token}` } };
}

function count(body: string, words: string): number {
  const { chunk } = JSON.parse(body) as { chunk: { content: { body?: string } }[] };
  return chunk.filter(({ content }) => content.body?.includes(words) === true).length;
}
