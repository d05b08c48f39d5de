// @vitest-environment happy-dom
import { screen, waitFor } from "@testing-library/react";
import { useState } from "react";
import { describe, expect, test, vi } from "vitest";

import { renderPart } from "../../test/render.tsx";
import { Checkbox, CheckboxGroup } from "./checkbox.tsx";
import { Choice, SearchField } from "./choice.tsx";
import { Hint } from "./hint.tsx";
import { LazyPopover } from "./lazy-popover.tsx";
import { NumberField } from "./span-input.tsx";
import { MultiSelect, Select, TagsInput } from "./pick.tsx";
import { Segments } from "./segments.tsx";
import { TextArea } from "./text-area.tsx";

const CHECKS = [
  { value: "c1", label: "backup" },
  { value: "c2", label: "invoice run" },
];

describe("a field with a list", () => {
  test("shows what is chosen by its name before anybody has entered it", async () => {
    await renderPart(
      <>
        <Select label="Check" data={CHECKS} value="c2" />
        <MultiSelect label="Checks" data={CHECKS} value={["c1", "c2"]} />
        <Select label="Tag" data={[]} value={null} placeholder="Those with a tag" />
      </>,
    );
    expect(screen.getByPlaceholderText("Those with a tag")).toBeTruthy();
    expect(screen.getByRole<HTMLInputElement>("combobox", { name: "Check" }).value).toBe("invoice run");
    expect(screen.getByText("backup")).toBeTruthy();
    expect(screen.queryAllByRole("option")).toEqual([]);
  });

  test("says what is wrong with it, and that it is needed", async () => {
    await renderPart(<Select label="Check" data={CHECKS} value={null} error="Choose a check." required />);
    const field = screen.getByRole("combobox", { name: /Check/ });
    expect(screen.getByText("Choose a check.")).toBeTruthy();
    expect(field.getAttribute("aria-invalid")).toBe("true");
    expect(field.hasAttribute("required")).toBe(true);
  });

  test("opens its list when it is entered, and chooses from it", async () => {
    const choose = vi.fn();
    const { user } = await renderPart(
      <Select label="Check" data={CHECKS} searchable value="c1" onChange={choose} />,
    );
    await user.click(screen.getByRole("combobox", { name: "Check" }));
    await user.click(await screen.findByRole("option", { name: "invoice run" }));
    expect(choose.mock.calls[0]?.[0]).toBe("c2");
  });

  test("adds to what is chosen, and takes away from it", async () => {
    function Chosen() {
      const [value, setValue] = useState(["c1"]);
      return (
        <>
          <MultiSelect label="Checks" data={CHECKS} value={value} onChange={setValue} searchable />
          <output>{value.join(" ")}</output>
        </>
      );
    }
    const { user } = await renderPart(<Chosen />);
    await user.click(screen.getByRole("combobox", { name: "Checks" }));
    await user.click(await screen.findByRole("option", { name: "invoice run" }));
    expect(screen.getByRole("status").textContent).toBe("c1 c2");
    await user.keyboard("{Backspace}");
    expect(screen.getByRole("status").textContent).toBe("c1");
  });

  test("takes words that are in no list", async () => {
    const change = vi.fn();
    const { user } = await renderPart(<TagsInput label="Tags" value={["prod"]} onChange={change} />);
    expect(screen.getByText("prod")).toBeTruthy();
    await user.click(screen.getByRole("combobox", { name: "Tags" }));
    await waitFor(() => expect(document.activeElement?.getAttribute("aria-expanded")).not.toBe("false"));
    await user.keyboard("db{Enter}");
    expect(change).toHaveBeenCalledWith(["prod", "db"]);
  });
});

test("a number is a number, or empty where none is typed", async () => {
  const change = vi.fn();
  const { user } = await renderPart(<NumberField label="Minutes" value="" onChange={change} />);
  await user.type(screen.getByRole("spinbutton", { name: "Minutes" }), "5");
  expect(change).toHaveBeenLastCalledWith(5);
});

test("a box is ticked by its label, and its description belongs to it", async () => {
  const change = vi.fn();
  const { user } = await renderPart(
    <Checkbox label="Only POST counts" description="GET is recorded as ignored." onChange={change} />,
  );
  const box = screen.getByRole("checkbox", { name: "Only POST counts" });
  await user.click(screen.getByText("Only POST counts"));
  expect(change).toHaveBeenCalledOnce();
  expect(document.getElementById(box.getAttribute("aria-describedby") ?? "")?.textContent).toContain("GET");
});

test("each of several boxes can be ticked and unticked", async () => {
  const change = vi.fn();
  const { user } = await renderPart(
    <CheckboxGroup label="Days" value={["1"]} onChange={change} error="Choose a day.">
      <Checkbox value="1" label="Monday" />
      <Checkbox value="2" label="Tuesday" />
    </CheckboxGroup>,
  );
  expect(screen.getByRole("group", { name: "Days" }).textContent).toContain("Choose a day.");
  await user.click(screen.getByRole("checkbox", { name: "Tuesday" }));
  expect(change).toHaveBeenLastCalledWith(["1", "2"]);
  await user.click(screen.getByRole("checkbox", { name: "Monday" }));
  expect(change).toHaveBeenLastCalledWith([]);
});

test("one of a few is chosen by a click or by the arrow keys", async () => {
  const change = vi.fn();
  const { user } = await renderPart(
    <Segments
      aria-label="Shown as"
      data={[
        { value: "picture", label: "Picture" },
        { value: "table", label: "Table" },
      ]}
      value="picture"
      onChange={change}
    />,
  );
  expect(screen.getByRole<HTMLInputElement>("radio", { name: "Picture" }).checked).toBe(true);
  await user.click(screen.getByRole("radio", { name: "Table" }));
  expect(change).toHaveBeenCalledWith("table");
});

test("a list is narrowed by a text and by a choice", async () => {
  const [type, choose] = [vi.fn(), vi.fn()];
  const { user } = await renderPart(
    <>
      <SearchField label="Find" placeholder="Name" value="" onType={type} />
      <Choice label="Tag" options={CHECKS} value="c1" choose={choose} />
    </>,
  );
  await user.type(screen.getByRole("textbox", { name: "Find" }), "b");
  await user.selectOptions(screen.getByRole("combobox", { name: "Tag" }), "invoice run");
  expect([type.mock.calls, choose.mock.calls]).toEqual([[["b"]], [["c2"]]]);
});

test("a text of several lines has its label and its error", async () => {
  await renderPart(<TextArea label="Cron expression" isCode value="@daily" error="Not this." readOnly />);
  expect(screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Cron expression" }).value).toBe("@daily");
  expect(screen.getByText("Not this.")).toBeTruthy();
});

test("the tooltip of a button is shown while the button has the focus", async () => {
  const { user } = await renderPart(
    <Hint label="Creates a new key">
      <button type="button">Rotate</button>
    </Hint>,
  );
  await user.tab();
  expect(await screen.findByRole("tooltip")).toBeTruthy();
  expect(document.activeElement?.textContent).toBe("Rotate");
});

test("a question beside a button opens with it, and closes from inside", async () => {
  const { user } = await renderPart(
    <LazyPopover label="Leave this project?" target={<button type="button">Leave</button>}>
      {(close) => (
        <button type="button" onClick={close}>
          Stay
        </button>
      )}
    </LazyPopover>,
  );
  await user.click(screen.getByRole("button", { name: "Leave" }));
  await user.click(await screen.findByRole("button", { name: "Stay" }));
  await waitFor(() => expect(screen.queryByRole("button", { name: "Stay" })).toBeNull());
});
