import type { FileHandle } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { JsonObject } from "../../wire/types.ts";
import { ApiError } from "../errors.ts";
import type { StoredFile } from "../tasks/file-store.ts";
import { OWNER } from "./owner.ts";
import { type ApiRequest, fileBody } from "./request.ts";
import type { Reply } from "./response.ts";
import type { Services } from "./services.ts";
import { readFileRequest } from "./validate.ts";

export async function createFiles(services: Services, { body }: ApiRequest): Promise<Reply> {
  const wanted = readFileRequest(body);
  const files = await Promise.all(
    wanted.map(({ filename, contentType }) => services.files.create(filename, contentType)),
  );
  const baseUrl = services.baseUrl();
  return {
    data: files.map((file) => ({
      ...serializeFile(services, file),
      upload_url: services.files.uploadUrl(file, baseUrl),
    })),
  };
}

export async function getFile(services: Services, { params }: ApiRequest): Promise<Reply> {
  return { data: serializeFile(services, await services.files.find(params["id"]!)) };
}

export async function uploadFile(services: Services, request: ApiRequest): Promise<Reply> {
  const file = await signedFile(services, request);
  return { data: serializeFile(services, await services.files.fill(file, fileBody(request.raw))) };
}

/** Bytes read at a time, far more than a response takes without waiting until they are gone. */
const PIECE = 1 << 20;

export async function downloadFile(services: Services, request: ApiRequest): Promise<undefined> {
  const file = await signedFile(services, request);
  const { handle, size } = await services.files.open(file);
  request.response.writeHead(200, {
    "Content-Type": file.content_type,
    "Content-Length": size,
    // An app's html must not act with this server's origin.
    "Content-Security-Policy": "sandbox",
    "X-Content-Type-Options": "nosniff",
  });
  await pipeline(pieces(handle), request.response);
}

/** Reads into the same memory again and again: to take it anew costs more time than the reading. */
async function* pieces(handle: FileHandle): AsyncGenerator<Uint8Array> {
  const piece = Buffer.allocUnsafeSlow(PIECE);
  try {
    for (;;) {
      const { bytesRead } = await handle.read(piece, 0, PIECE, null);
      if (bytesRead === 0) return;
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

async function signedFile({ files }: Services, { raw, params, query }: ApiRequest): Promise<StoredFile> {
  const { id = "", filename } = params;
  const method = raw.method === "HEAD" ? "GET" : raw.method!;
  if (!files.isSigned(method, id, query.get("signature") ?? "")) {
    throw new ApiError(403, "forbidden", "the signature of this address is missing or wrong");
  }
  const file = await files.find(id);
  if (file.filename !== filename) throw new ApiError(404, "not_found", `no file ${id} of that name`);
  return file;
}

function serializeFile({ files, serializer }: Services, file: StoredFile): JsonObject {
  return {
    ...file,
    short_id: file.id.slice(-8),
    updated_at: file.created_at,
    ...OWNER,
    uri: serializer.uri(files.reference(file)),
    upload_url: "",
    path: "",
    remote_path: "",
    category: "",
    rating: "unrated",
  };
}
