import { parseJsonOrNull } from "../text/json.ts";

/** What a wrapper says about a run besides its outcome: the host, what it used, why it ended. Flat: names and plain values. */
export type RunFacts = Readonly<Record<string, string | number | boolean>>;

const CHARS_MAX = 8_000;
const FACTS_MAX = 40;
const VALUE_CHARS_MAX = 500;
const NAME = /^[a-zA-Z][a-zA-Z0-9]{0,39}$/;

/**
 * Reads facts from a header in JSON. What has another form is left out, and nothing is refused because of it: a ping counts
 * whatever is said besides. Null where nothing is left.
 */
export function readFacts(text: string): RunFacts | null {
  if (text.length > CHARS_MAX) return null;
  const facts = Object.fromEntries(
    Object.entries(objectIn(text)).filter(isFact).slice(0, FACTS_MAX).map(clipFact),
  );
  return Object.keys(facts).length === 0 ? null : facts;
}

function objectIn(text: string): object {
  const read = parseJsonOrNull(text);
  return typeof read === "object" && read !== null ? read : {};
}

type Fact = [name: string, value: string | number | boolean];

function isFact(entry: [string, unknown]): entry is Fact {
  const [name, value] = entry;
  if (!NAME.test(name)) return false;
  return (
    typeof value === "string" ||
    typeof value === "boolean" ||
    (typeof value === "number" && Number.isFinite(value))
  );
}

/** PostgreSQL stores no null character. */
function clipFact([name, value]: Fact): Fact {
  return [name, typeof value === "string" ? value.replaceAll("\0", "").slice(0, VALUE_CHARS_MAX) : value];
}
