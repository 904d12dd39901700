import type { Dispatcher } from "undici";
import { BeltError } from "../../errors.ts";
import { fileReason } from "../../file-reason.ts";
import type { Api } from "../client.ts";
import { networkError } from "../http/network-errors.ts";
import { retryAfterMs } from "../http/response.ts";
import { retryDelay, withRetries } from "../http/retry.ts";

/** Bytes that have gone by so far; called again and again. */
export type OnBytes = (bytes: number) => void;

/** Bytes of a download that are gathered before they are written. */
export const WRITTEN_AT_ONCE = 2 ** 20;

export interface TransferTry<T> {
  run(): Promise<T>;
  /** True when the try that failed brought so much that the next one only goes on. */
  hasAdvanced?(): boolean;
}

/** A file's way to or from `url`, tried again after failures that may pass; throws exit 6 when it could not be made. */
export async function transferring<T>(
  api: Api,
  what: string,
  url: URL,
  { run, hasAdvanced = () => false }: TransferTry<T>,
): Promise<T> {
  return await withRetries(api, {
    attempt: async () => {
      try {
        return { value: await run() };
      } catch (thrown) {
        api.signal.throwIfAborted();
        return { error: explained(thrown, what, url), sent: true, advanced: hasAdvanced() };
      }
    },
    next: (failed, tries) => retryDelay("idempotent", failed, api.policy, tries) ?? failed.error,
    signals: [api.signal],
  });
}

function explained(thrown: unknown, what: string, url: URL): BeltError {
  if (thrown instanceof BeltError) return named(thrown, what);
  const code = (thrown as NodeJS.ErrnoException | null)?.code ?? "";
  if (/^(ENOENT|EACCES|EPERM|ENOSPC|EDQUOT|EROFS|EISDIR|EIO|EFBIG)$/.test(code)) {
    return new BeltError({
      code: "file",
      message: `${what} failed: ${fileReason(thrown)}`,
      exit: "failure",
      cause: thrown,
    });
  }
  if (code === "UND_ERR_REQ_CONTENT_LENGTH_MISMATCH")
    return named(failed("the file changed meanwhile", false), what);
  return named(networkError(thrown, url.origin), what);
}

/** What HTTP says of the API's address is no help with that of a file. */
function named(error: BeltError, what: string): BeltError {
  return error.with({ message: `${what} failed: ${error.message}`, hint: undefined });
}

export function requireSuccess(answer: Dispatcher.ResponseData): void {
  const { statusCode } = answer;
  if (statusCode >= 200 && statusCode < 300) return;
  throw failed(`the server answered HTTP ${statusCode}`, statusCode >= 500 || statusCode === 429).with({
    httpStatus: statusCode,
    retryAfter: retryAfterMs(header(answer, "retry-after")),
  });
}

export function failed(reason: string, retryable: boolean): BeltError {
  return new BeltError({ code: "transfer_failed", message: reason, exit: "unavailable", retryable });
}

export function header({ headers }: Dispatcher.ResponseData, name: string): string | undefined {
  return [headers[name]].flat()[0];
}
