import type { RouteDraft } from "./route.ts";
import styles from "./route-sentence.module.css";
import { type Names, routeText } from "./route-text.ts";

const FEW_STEPS = 2;

/** What a route means, in plain words; where it has many steps, a line each. */
export function RouteSentence({ route, names }: { route: RouteDraft; names: Names }) {
  const sentences = routeText(route, names);
  if (route.steps.length <= FEW_STEPS) return <p className={styles["sentence"]}>{sentences.join(" ")}</p>;
  return (
    <ul className={styles["lines"]}>
      {sentences.map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  );
}
