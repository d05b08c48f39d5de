import { useEffect, useRef } from "react";

const FIELDS = "input:not([type=checkbox]), textarea, select, [contenteditable]";
const LAYERS = '[role="dialog"], [role="menu"], [role="listbox"]';

/**
 * Runs what belongs to a key when it is pressed outside of a field and while no dialog or menu is open. "Mod+k" is Ctrl
 * or, on a Mac, Command with k, and works in a field too.
 */
export function useKeys(acts: Record<string, () => void>): void {
  const latest = useRef(acts);
  useEffect(() => {
    latest.current = acts;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const isCommand = event.ctrlKey || event.metaKey;
      const act = latest.current[isCommand ? `Mod+${event.key}` : event.key];
      if (act === undefined || event.altKey || document.querySelector(LAYERS) !== null) return;
      if (!isCommand && event.target instanceof Element && event.target.closest(FIELDS) !== null) return;
      event.preventDefault();
      act();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
}

/** Keys that mean something to a field or a menu, besides the letters. */
const HELD = new Set(["Enter", "Backspace", "ArrowUp", "ArrowDown"]);
let stopHolding: (() => void) | null = null;

/**
 * Keeps the keys that are pressed while the code of a dialog or menu is loaded, and presses them again in it once it has
 * the focus. `cancel`: what Escape does until then; Tab and a press of the pointer end the wait too.
 */
export function holdKeys(cancel: () => void): void {
  stopHolding?.();
  const held: string[] = [];
  let isReplaying = false;
  const hold = (event: KeyboardEvent) => {
    if (isReplaying || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      stop();
      cancel();
    } else if (event.key === "Tab") return stop();
    else if (event.key.length > 1 && !HELD.has(event.key)) return;
    else if (!event.repeat) held.push(event.key);
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  const enter = ({ target }: FocusEvent) => {
    // The layer itself may have the focus until the code of its fields is loaded.
    if (!(target instanceof Element) || !target.parentElement?.closest(LAYERS)) return;
    document.removeEventListener("focusin", enter);
    setTimeout(pressNext);
  };
  // Each in a task of its own, since what a key does depends on what the one before it has changed on the page.
  const pressNext = () => {
    const key = held.shift();
    if (key === undefined || stopHolding !== stop) return stop();
    isReplaying = true;
    pressAgain(key);
    isReplaying = false;
    setTimeout(pressNext);
  };
  const stop = () => {
    document.removeEventListener("keydown", hold, true);
    document.removeEventListener("pointerdown", stop, true);
    document.removeEventListener("focusin", enter);
    if (stopHolding === stop) stopHolding = null;
  };
  stopHolding = stop;
  document.addEventListener("keydown", hold, true);
  document.addEventListener("pointerdown", stop, true);
  document.addEventListener("focusin", enter);
}

/** Does what a key does to the element with the focus: a browser does nothing by itself for a key that a script presses. */
function pressAgain(key: string): void {
  const focused = document.activeElement;
  const press = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
  if (focused?.dispatchEvent(press) === false || !(focused instanceof HTMLElement)) return;
  const isArea = focused instanceof HTMLTextAreaElement;
  if (!isArea && !(focused instanceof HTMLInputElement)) {
    if (key === "Enter" || key === " ") focused.click();
  } else if (key === "Enter" && !isArea) focused.form?.requestSubmit();
  else if (!key.startsWith("Arrow")) {
    const typed = focused.value + (key === "Enter" ? "\n" : key);
    const text = key === "Backspace" ? focused.value.slice(0, -1) : typed;
    // React gives the element a setter of its own, which would hide from React that the text has changed.
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(focused), "value")?.set?.call(focused, text);
    focused.dispatchEvent(new InputEvent("input", { bubbles: true, data: key }));
  }
}
