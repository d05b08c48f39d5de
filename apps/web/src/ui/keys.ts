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
