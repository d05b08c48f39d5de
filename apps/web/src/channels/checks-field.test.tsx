// @vitest-environment happy-dom
import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";

import { renderPart } from "../../test/render.tsx";
import { ChecksField } from "./checks-field.tsx";

const CHECKS = Array.from({ length: 8 }, (_, number) => ({
  id: `c${number}`,
  name: `job ${number}`,
  tags: number % 2 === 0 ? ["even"] : [],
}));

async function renderField(value: readonly string[]) {
  const onChange = vi.fn<(ids: string[]) => void>();
  const { user } = await renderPart(<ChecksField checks={CHECKS} value={value} onChange={onChange} />);
  return { user, onChange };
}

test("one button chooses all checks, and another none", async () => {
  const { user, onChange } = await renderField(["c1"]);
  await user.click(screen.getByRole("button", { name: "All 8" }));
  await user.click(screen.getByRole("button", { name: "None" }));
  expect(onChange.mock.calls).toEqual([[CHECKS.map(({ id }) => id)], [[]]]);
});

test("the checks with a tag are added to those that are chosen already", async () => {
  const { user, onChange } = await renderField(["c1", "c2"]);
  await user.click(screen.getByRole("combobox", { name: "Add the checks with a tag" }));
  await user.click(await screen.findByRole("option", { name: "even" }));
  expect(onChange).toHaveBeenCalledWith(["c1", "c2", "c0", "c4", "c6"]);
});

test("a field of few checks needs no such buttons", async () => {
  await renderPart(<ChecksField checks={CHECKS.slice(0, 3)} value={[]} onChange={vi.fn()} />);
  expect(screen.queryByRole("button", { name: "None" })).toBeNull();
});
