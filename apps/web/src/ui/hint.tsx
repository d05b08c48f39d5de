import { cloneElement, type ReactElement, type Ref, Suspense, useState } from "react";
import { lazyPart } from "./lazy-part.ts";

const Tooltip = lazyPart(async () => ({ default: (await import("./opened-hint.ts")).Tooltip }));

type Target = ReactElement<{
  ref?: Ref<HTMLElement>;
  onPointerEnter?: () => void;
  onPointerLeave?: () => void;
  onFocus?: () => void;
  onBlur?: () => void;
}>;

/** Shows a tooltip while a button is pointed at or has the focus. Its code is loaded when it is first shown. */
export function Hint({ label, children }: { label: string; children: Target }) {
  const [target, setTarget] = useState<HTMLElement | null>(null);
  const [isShown, setShown] = useState<boolean | null>(null);
  const show = () => setShown(true);
  const hide = () => setShown(false);
  const events = { onPointerEnter: show, onPointerLeave: hide, onFocus: show, onBlur: hide };
  return (
    <>
      {cloneElement(children, { ref: setTarget, ...events })}
      {isShown !== null && target !== null && (
        <Suspense fallback={null}>
          <Tooltip label={label} target={target} opened={isShown} />
        </Suspense>
      )}
    </>
  );
}
