import { Transform } from "node:stream";
import { failed } from "./transfer.ts";

/** What decodes to more than this, and to so many times what came, only fills the disk (src/api/README.md, "Files"). */
const LARGE = 2 ** 30;
const MOST_TIMES = 200;

/** Lets decoded bytes through, and ends with an error when they are too many for those that `arrived`. */
export class Inflation extends Transform {
  readonly #arrived: () => number;
  #bytes = 0;

  constructor(arrived: () => number) {
    super();
    this.#arrived = arrived;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.#bytes += chunk.length;
    if (this.#bytes > LARGE && this.#bytes > MOST_TIMES * this.#arrived()) {
      done(failed(`it decodes to more than ${MOST_TIMES} times its ${this.#arrived()} bytes`, false));
    } else {
      this.push(chunk);
      done();
    }
  }
}
