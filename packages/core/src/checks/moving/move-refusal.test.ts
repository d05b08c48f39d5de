import { expect, test } from "vitest";

import { type MoveFacts, moveRefusal } from "./move-refusal.ts";

const FREE: MoveFacts = {
  status: "up",
  isManaged: false,
  waitingChannels: [],
  slugs: ["backup"],
  takenSlugs: ["reports"],
};

test.each(["new", "up", "paused"] as const)("a check that is %s may move", (status) => {
  expect(moveRefusal({ ...FREE, status })).toBeNull();
});

test.each<[string, Partial<MoveFacts>, string]>([
  ["is down", { status: "down" }, "move it once it is up, or pause it first"],
  ["has an alert under way", { waitingChannels: ["Ops", "Ops"] }, "still on its way to “Ops”:"],
  ["is kept by a file", { isManaged: true }, "take it out of the file"],
  ["would share its slug with another", { takenSlugs: ["backup"] }, "the slug “backup”"],
])("a check that %s stays, and the sentence names the way out", (_, facts, sentence) => {
  expect(moveRefusal({ ...FREE, ...facts })).toContain(sentence);
});
