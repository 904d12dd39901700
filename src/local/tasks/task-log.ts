/** The lines of a task's log: of a very long one its beginning and its end are kept. */

export interface LogEntry {
  id: string;
  created_at: string;
  log_type: number;
  content: string;
}

/** Half of what is kept, in lines and in characters. */
const HALF_LINES = 10_000;
const HALF_TEXT = 2_000_000;
/** What is kept of what comes after the end of the task. */
const LATE_LINES = 1000;

type Line = Omit<LogEntry, "id">;

export class TaskLog {
  readonly #id: string;
  readonly #entries: LogEntry[];
  #room = HALF_TEXT;
  /** What came when the first half was full; null until then. */
  #end: Tail | null = null;
  #lateRoom = LATE_LINES;

  /** Adds to these entries, which the record of the task holds. */
  constructor(id: string, entries: LogEntry[]) {
    this.#id = id;
    this.#entries = entries;
  }

  /** True when the line can be seen at once. */
  add(line: Line): boolean {
    this.#room -= line.content.length;
    if (this.#end === null && (this.#entries.length >= HALF_LINES || this.#room < 0)) this.#end = new Tail();
    if (this.#end) this.#end.push(line);
    else this.#keep(line);
    return this.#end === null;
  }

  /** When the task ends: calls back for each line that is seen now. */
  finish(onLine: () => void): void {
    if (!this.#end) return;
    const { missing, lines } = this.#end;
    const [first] = lines;
    const gap = `(${missing} lines are left out here)`;
    for (const line of missing > 0 && first ? [{ ...first, content: gap }, ...lines] : lines) {
      this.#keep(line);
      onLine();
    }
    this.#end = null;
    this.#room = Number.POSITIVE_INFINITY;
  }

  /** Of what the app says when its task has ended: false when there is no room for it. */
  addLate(line: Line): boolean {
    if (this.#lateRoom === 0) return false;
    this.#lateRoom -= 1;
    this.#keep(line);
    return true;
  }

  #keep(line: Line): void {
    this.#entries.push({ id: `${this.#id}-${this.#entries.length}`, ...line });
  }
}

/** The last lines of many. */
class Tail {
  missing = 0;
  #lines: Line[] = [];
  #from = 0;
  #length = 0;

  push(line: Line): void {
    this.#lines.push(line);
    this.#length += line.content.length;
    while (this.#lines.length - this.#from > HALF_LINES || this.#length > HALF_TEXT) {
      this.#length -= this.#lines[this.#from]!.content.length;
      this.#from += 1;
      this.missing += 1;
    }
    // What is left out is let go now and then: each time would move the whole list.
    if (this.#from <= HALF_LINES) return;
    this.#lines = this.lines;
    this.#from = 0;
  }

  get lines(): Line[] {
    return this.#lines.slice(this.#from);
  }
}
