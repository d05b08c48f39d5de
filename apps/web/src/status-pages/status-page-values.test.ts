import { expect, test } from "vitest";

import { moveItem } from "../ui/move-item.ts";
import {
  addChecks,
  newStatusPageValues,
  type PageCheck,
  proposeSlug,
  statusPageDraft,
} from "./status-page-values.ts";

const entry = (checkId: string) => ({ checkId, group: "", name: checkId });
const check = (id: string): PageCheck => ({
  id,
  name: `job ${id}`,
  tags: [],
  status: "up",
  isInMaintenance: false,
  strip: "",
});

test.each([
  ["Our jobs!", "our-jobs"],
  ["  Büro & Lager ", "buro-lager"],
  ["—", ""],
])("the name %j proposes the address %j", (name, slug) => expect(proposeSlug(name)).toBe(slug));

test("an entry is moved up and down, and the others keep their order", () => {
  const entries = ["a", "b", "c"].map(entry);
  const ids = (moved: { checkId: string }[]) => moved.map(({ checkId }) => checkId).join("");
  expect(ids(moveItem(entries, 2, -1))).toBe("acb");
  expect(ids(moveItem(entries, 0, 1))).toBe("bac");
});

test("a check that is on the page is not added again, and a tag becomes the group of those that are", () => {
  const added = addChecks([entry("a")], [check("a"), check("b")], "backup");
  expect(added).toEqual([entry("a"), { checkId: "b", group: "backup", name: "job b" }]);
});

test("a password that was not typed is not sent, nor is one of a public page", () => {
  const values = { ...newStatusPageValues("UTC"), visibility: "password" as const };
  expect(statusPageDraft(values)).not.toHaveProperty("password");
  expect(statusPageDraft({ ...values, password: "open sesame" })).toHaveProperty("password", "open sesame");
  expect(statusPageDraft({ ...values, password: "x", visibility: "public" })).not.toHaveProperty("password");
  expect(statusPageDraft(values)).toHaveProperty("host", null);
});
