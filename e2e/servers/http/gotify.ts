import { freePort } from "../../support/steps.ts";
import type { Trial } from "../../support/try-all.ts";
import { channelSteps } from "./channel-steps.ts";
import { untilItAnswers, ask, json, openPlace, type Place } from "./local.ts";

const MODULE = "github.com/gotify/server/v2";
const VERSION = "v2.9.1";

/** Gotify, built from its Go module, which does not contain the web page. */
export const gotify: Trial = {
  name: "Gotify",
  run: async (steps) => {
    const place = await openPlace();
    try {
      await build(place);
      steps.version = VERSION;
      const port = await freePort();
      const origin = `http://127.0.0.1:${port}`;
      const variables = {
        GOTIFY_SERVER_PORT: String(port),
        GOTIFY_SERVER_LISTENADDR: "127.0.0.1",
        GOTIFY_DEFAULTUSER_PASS: "admin",
      };
      let stop = await place.start("./gotify", variables);
      await untilItAnswers(`${origin}/version`);
      const auth = { authorization: `Basic ${btoa("admin:admin")}` };
      const make = async (list: string) =>
        JSON.parse((await ask(`${origin}/${list}`, json({ name: "overdue" }, auth))).body) as {
          id: number;
          token: string;
        };
      const [application, client] = [await make("application"), await make("client")];
      const settings = { server: origin, token: application.token };
      const remove = (id: number) => ask(`${origin}/application/${id}`, { method: "DELETE", headers: auth });
      await channelSteps(steps, {
        kind: "gotify",
        settings,
        wrong: {
          settings: { ...settings, token: client.token },
          expected: /^test failed.*40[0-3].*; broken/,
        },
        has: async (words) =>
          (await ask(`${origin}/message`, { headers: auth })).body.split(words).length - 1,
        stop: () => stop(),
        start: async () => {
          stop = await place.start("./gotify", variables);
          await untilItAnswers(`${origin}/version`);
        },
        target: null,
      });
      await steps.step("an application that was deleted", /^4\d\d$/, async () => {
        await remove(application.id);
        return String(
          (await ask(`${origin}/message`, json({ message: "x" }, { "x-gotify-key": application.token })))
            .status,
        );
      });
    } finally {
      await place.remove();
    }
  },
};

async function build(place: Place): Promise<void> {
  const variables = { GOFLAGS: "-mod=mod", GONOSUMDB: MODULE };
  const [, folder = ""] =
    /"Dir": "(.*)"/.exec(await place.run(`go mod download -json ${MODULE}@${VERSION}`, variables)) ?? [];
  await place.run(`cp -r ${folder} source && chmod -R u+w source && mkdir -p source/ui/build/static`);
  await place.run(
    "echo . > source/ui/build/index.html; echo {} > source/ui/build/manifest.json; touch source/ui/build/static/none",
  );
  await place.run("cd source && go build -o ../gotify .", variables);
}
