/** What was probably meant: the name with the fewest slips, when they are few; null when none is near. */
export function nearest(given: string, names: readonly string[]): string | null {
  const most = Math.max(1, Math.floor(given.length / 4));
  const ranked = names
    .map((name) => ({ name, count: slips(plain(given), plain(name)) }))
    .filter(({ count }) => count <= most)
    .sort((a, b) => a.count - b.count);
  return ranked[0]?.name ?? null;
}

/** `setUp`, `set_up` and `setup` are told apart by nobody who types in haste. */
export function plain(name: string): string {
  return name.replaceAll("_", "").toLowerCase();
}

/** Letters to change, add, take away, or swap with their neighbor. */
function slips(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      row[j] = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + same);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) row[j] = Math.min(row[j]!, rows[i - 2]![j - 2]! + 1);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
