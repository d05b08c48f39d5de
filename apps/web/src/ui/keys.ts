import { useEffect, useRef } from "react";

const FIELDS = "input:not([type=checkbox]), textarea, select, [contenteditable]";
const LAYERS = '[role="dialog"], [role="menu"], [role="listbox"]';

/**
 * Runs the handler of a key that is pressed outside of a field and while no dialog or menu is open. "Mod+k" is k with
 * Ctrl or, on a Mac, Command, and works in a field too.
 */
export function useKeys(handlers: Record<string, () => void>): void {
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const isCommand = event.ctrlKey || event.metaKey;
      const handle = latest.current[isCommand ? `Mod+${event.key}` : event.key];
      if (handle === undefined || event.altKey || document.querySelector(LAYERS) !== null) return;
      if (!isCommand && event.target instanceof Element && event.target.closest(FIELDS) !== null) return;
      event.preventDefault();
      handle();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
}

/** The keys, besides characters, that a field or a menu reacts to. */
const BUFFERED_KEYS = new Set(["Enter", "Backspace", "ArrowUp", "ArrowDown"]);
let stopBuffering: (() => void) | null = null;

/**
 * Stores the keys that are pressed while the code of a dialog or menu is loaded, and presses them again in it once it
 * has the focus. Until then Escape calls `cancel`; Tab and a press of the pointer end the wait as well.
 */
export function bufferKeys(cancel: () => void): void {
  stopBuffering?.();
  const keys: string[] = [];
  let isReplaying = false;
  const buffer = (event: KeyboardEvent) => {
    if (isReplaying || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      stop();
      cancel();
    } else if (event.key === "Tab") return stop();
    else if (event.key.length > 1 && !BUFFERED_KEYS.has(event.key)) return;
    else if (!event.repeat) keys.push(event.key);
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  const replayWhenFocused = ({ target }: FocusEvent) => {
    // Waits for the focus inside the layer: the layer itself has it until the code of its fields is loaded.
    if (!(target instanceof Element) || !target.parentElement?.closest(LAYERS)) return;
    document.removeEventListener("focusin", replayWhenFocused);
    setTimeout(pressNext);
  };
  // Each key in a task of its own, since its effect depends on what the key before it has changed on the page.
  const pressNext = () => {
    const key = keys.shift();
    if (key === undefined || stopBuffering !== stop) return stop();
    isReplaying = true;
    pressAgain(key);
    isReplaying = false;
    setTimeout(pressNext);
  };
  const stop = () => {
    document.removeEventListener("keydown", buffer, true);
    document.removeEventListener("pointerdown", stop, true);
    document.removeEventListener("focusin", replayWhenFocused);
    if (stopBuffering === stop) stopBuffering = null;
  };
  stopBuffering = stop;
  document.addEventListener("keydown", buffer, true);
  document.addEventListener("pointerdown", stop, true);
  document.addEventListener("focusin", replayWhenFocused);
}

/** Applies a key to the element with the focus, because a browser does nothing for a key event that a script sends. */
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
    // React overrides the setter on the element itself, and a change through that one would not reach `onChange`.
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(focused), "value")?.set?.call(focused, text);
    focused.dispatchEvent(new InputEvent("input", { bubbles: true, data: key }));
  }
}
