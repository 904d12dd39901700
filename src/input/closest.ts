/** What was probably meant: the name that takes the fewest slips to become `given`, or null when none is near. */
export function closest(given: string, names: readonly string[]): string | null {
  const wanted = given.slice(0, LONGEST).toLowerCase();
  // Of a mere sign, such as *, nothing is a slip.
  if (!/[\p{L}\p{N}]/u.test(wanted)) return null;
  const most = Math.max(1, Math.floor(wanted.length / 3));
  const ranked = names
    .map((name) => ({ name, slips: slips(wanted, name.slice(0, LONGEST).toLowerCase()) }))
    .filter(({ slips }) => slips <= most)
    .sort((a, b) => a.slips - b.slips);
  return ranked[0]?.name ?? null;
}

/** Characters of a name that are looked at. */
const LONGEST = 60;

/** Letters to add, drop, change, or swap with their neighbor. */
function slips(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1;
      let least = Math.min(above[column]! + 1, current[column - 1]! + 1, above[column - 1]! + same);
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        least = Math.min(least, before[column - 2]! + 1);
      }
      current.push(least);
    }
    [before, above] = [above, current];
  }
  return above[b.length]!;
}
