import { Suspense, useEffect, useState } from "react";

import { setProver } from "../api/prove.ts";
import { lazyPart } from "../ui/lazy-part.ts";

const ProveDialog = lazyPart(async () => ({ default: (await import("./prove-dialog.tsx")).ProveDialog }));

/**
 * The place for the dialog that asks a person to prove again who they are. The request that was refused waits for the answer
 * and is then sent again, so that nothing that was typed is lost.
 */
export function ProveArea() {
  const [answer, setAnswer] = useState<((isProved: boolean) => void) | null>(null);
  useEffect(() => {
    setProver(
      () =>
        new Promise((resolve) => {
          setAnswer(() => (isProved: boolean) => {
            setAnswer(null);
            resolve(isProved);
          });
        }),
    );
    return () => setProver(null);
  }, []);
  return <Suspense fallback={null}>{answer !== null && <ProveDialog onDone={answer} />}</Suspense>;
}
