/** The items with the one at `index` moved one place up (-1) or down (1). */
export function moveItem<Item>(items: readonly Item[], index: number, by: -1 | 1): Item[] {
  const moved = [...items];
  moved.splice(index + by, 0, ...moved.splice(index, 1));
  return moved;
}
