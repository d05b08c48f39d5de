import { useNavigate } from "@tanstack/react-router";
import { Suspense, useState } from "react";

import { holdKeys, useKeys } from "../ui/keys.ts";
import { useCanEdit } from "../ui/role.tsx";
import { lazyPart } from "../ui/lazy-part.ts";

const CommandPalette = lazyPart(() => import("./command-palette.tsx"));
const KeysHelp = lazyPart(() => import("./keys-help.tsx"));

/** The keys that work on every page of a project. What they open is loaded when it is opened. */
export function Shortcuts({ projectId }: { projectId: string }) {
  const [open, setOpen] = useState<"palette" | "help" | null>(null);
  const canEdit = useCanEdit();
  const navigate = useNavigate();
  const close = () => setOpen(null);
  const openLayer = (layer: "palette" | "help") => () => {
    holdKeys(close);
    setOpen(layer);
  };
  useKeys({
    "Mod+k": openLayer("palette"),
    "?": openLayer("help"),
    c: () => {
      if (canEdit) void navigate({ to: "/projects/$projectId/checks/new", params: { projectId } });
    },
  });
  return (
    <Suspense fallback={null}>
      {open === "palette" && <CommandPalette projectId={projectId} canEdit={canEdit} close={close} />}
      {open === "help" && <KeysHelp close={close} />}
    </Suspense>
  );
}
