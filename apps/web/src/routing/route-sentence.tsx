import type { RouteDraft } from "./route.ts";
import styles from "./route-sentence.module.css";
import { type Names, routeText, STEPS_IN_A_SENTENCE } from "./route-text.ts";

/** What a route means, in plain words; where it has many steps, a line each. */
export function RouteSentence({ route, names }: { route: RouteDraft; names: Names }) {
  const sentences = routeText(route, names);
  if (route.steps.length <= STEPS_IN_A_SENTENCE)
    return <p className={styles["sentence"]}>{sentences.join(" ")}</p>;
  return (
    <ul className={styles["lines"]}>
      {sentences.map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  );
}
