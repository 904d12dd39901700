/** The server's clock, as the heads of its answers show it: in whole seconds, and a little late. */
export class ServerClock {
  /** At most what the server's clock is ahead of this machine's, milliseconds; null until it has told. */
  #ahead: number | null = null;

  /** Takes an answer's Date, and when it was received in milliseconds since 1970. */
  note(date: string | undefined, received: number): void {
    const told = Date.parse(date ?? "");
    if (!Number.isNaN(told)) this.#ahead = told - received;
  }

  /** What the server's clock shows at a time of this machine's, at the earliest; null when it is not known. */
  earliest(time: number): number | null {
    return this.#ahead === null ? null : time + this.#ahead;
  }
}
