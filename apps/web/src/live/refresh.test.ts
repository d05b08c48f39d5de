import { expect, test } from "vitest";

import { refreshOf } from "./refresh.ts";

const projectId = "p";

test("many events of one check ask for it once", () => {
  const events = Array.from({ length: 100 }, () => ({ projectId, checkId: "a" }));
  expect(refreshOf(events)).toEqual({ checkIds: ["a"], deliveryIds: [], everything: false });
});

test("a delivery's event asks for the delivery and its check", () => {
  expect(refreshOf([{ projectId, checkId: "a", deliveryId: "d" }])).toEqual({
    checkIds: ["a"],
    deliveryIds: ["d"],
    everything: false,
  });
});

test("an event that names nothing asks for everything", () => {
  expect(refreshOf([{ projectId }]).everything).toBe(true);
});

test("a storm over many checks reads the list, not each of them", () => {
  const events = Array.from({ length: 13 }, (_, n) => ({ projectId, checkId: `c${n}` }));
  expect(refreshOf(events).everything).toBe(true);
});
