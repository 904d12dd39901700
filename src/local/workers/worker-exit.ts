/** The process is gone; the message says how, and what it said last on stderr. */
export class WorkerExit extends Error {
  /** Where the app ended it, `file:line`. */
  readonly place: string | null;

  constructor(message: string, place: string | null = null) {
    super(message);
    this.place = place;
  }
}

/** The server ended it, which says nothing of its app. */
export class WorkerStopped extends WorkerExit {}
