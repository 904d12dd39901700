import { BeltError } from "../../errors.ts";

export interface InlineFile {
  bytes: Buffer;
  /** As the address says it; "text/plain;charset=US-ASCII" where it does not. */
  contentType: string;
}

/** The file that a `data:` address holds; read by the platform, which knows all its forms. */
export async function readDataUri(uri: string): Promise<InlineFile> {
  try {
    const answer = await fetch(uri);
    const bytes = Buffer.from(await answer.arrayBuffer());
    return { bytes, contentType: answer.headers.get("content-type") ?? "" };
  } catch (cause) {
    throw new BeltError({
      code: "not_downloadable",
      message: `the address ${uri.slice(0, 40)}… holds no file that can be read`,
      exit: "partial",
      cause,
    });
  }
}
