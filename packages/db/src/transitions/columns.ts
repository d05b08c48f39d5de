/** The columns of rows that are handed over to a statement, with their types; each column is one parameter. */
export type Columns = Readonly<Record<string, string>>;

/** No JSON has it: there, control characters are escaped. */
const BETWEEN_JSON = "\u001E";

/**
 * SQL: the rows as `x`. Arrays of columns cost the server a quarter of what the same rows cost as JSON. `first`: the number
 * of the first parameter.
 */
export function rowsOf(columns: Columns, first: number): string {
  const types = Object.values(columns);
  const arrays = types.map((type, i) =>
    type === "json" ? `string_to_array($${first + i}, chr(30), '')::json[]` : `$${first + i}::${type}[]`,
  );
  return `unnest(${arrays.join(", ")}) as x(${Object.keys(columns).join(", ")})`;
}

/** The parameters for `rowsOf`. */
export function parametersOf<Name extends string>(
  columns: Readonly<Record<Name, string>>,
  rows: readonly Readonly<Record<Name, unknown>>[],
): unknown[] {
  return (Object.keys(columns) as Name[]).map((name) => {
    const values = rows.map((row) => row[name]);
    return columns[name] === "json" ? values.map(jsonText).join(BETWEEN_JSON) : values;
  });
}

/** Empty where there is none; a column of it alone would count as no rows at all, and is filled up with nulls as well. */
function jsonText(value: unknown): string {
  return value === null || value === undefined ? "" : JSON.stringify(value);
}

/** The numbers of the first parameters of several sets of rows, one after the other. */
export function afterEachOther<Sets extends readonly Columns[]>(
  first: number,
  sets: readonly [...Sets],
): { [Set in keyof Sets]: number } {
  let next = first;
  return sets.map((columns) => {
    const own = next;
    next += Object.keys(columns).length;
    return own;
  }) as { [Set in keyof Sets]: number };
}
