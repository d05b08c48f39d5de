import { expect, test } from "vitest";

import { keyHolder, person, read, testApi } from "../../test/test-api.ts";

const api = await testApi();
const someone = await person(api);
const holder = await keyHolder(api, someone.projectId, "write");

type Check = { id: string; name: string; tags: string[] };

// What Healthchecks' clients write into their one text of tags, and every other door has to take then.
const TEXTS = {
  "with a comma": "a,b",
  "of over 50 characters": "x".repeat(120),
  "more than 20": Array.from({ length: 60 }, (_, index) => `tag${index}`).join(" "),
  "with a no-break space": "eu\u00a0west \u00a0edge",
  "with a quote and a tab": 'say"so" a\tb',
};

test.each(Object.entries(TEXTS))(
  "tags %s that come by /api/v3 can be saved by every door",
  async (_, tags) => {
    const made = await api.call("POST", "/api/v3/checks/", {
      headers: { "x-api-key": holder.key },
      json: { name: "tagged", tags, unique: ["name"] },
    });
    expect([200, 201]).toContain(made.status);
    const { items } = await read<{ items: Check[] }>(await someone.as("GET", `${someone.path}/checks`));
    const check = items.find(({ name }) => name === "tagged");
    expect(check?.tags).toEqual(tags.split(" "));
    const saved = await someone.as("PATCH", `${someone.path}/checks/${check?.id}`, { tags: check?.tags });
    expect(await read(saved)).toMatchObject({ tags: tags.split(" ") });
  },
);
