import { describe, expect, test } from "vitest";
import { extensionsOf, mediaTypeOf } from "../../src/api/media-types.ts";
import { mediaTypeOf as localMediaTypeOf } from "../../src/local/tasks/media-types.ts";

describe("media types", () => {
  test.each([
    ["a.png", "image/png"],
    ["A.JPEG", "image/jpeg"],
    ["a.webp", "image/webp"],
    ["a.avif", "image/avif"],
    ["a.heic", "image/heic"],
    ["scene.glb", "model/gltf-binary"],
    ["a.mp3", "audio/mpeg"],
    ["a.wav", "audio/wav"],
    ["a.flac", "audio/flac"],
    ["a.opus", "audio/ogg"],
    ["a.mov", "video/quicktime"],
    ["a.mkv", "video/x-matroska"],
    ["a.m4v", "video/x-m4v"],
    ["weights.tar.gz", "application/gzip"],
    ["a.csv", "text/csv"],
    ["a.md", "text/markdown"],
    ["model.safetensors", "application/octet-stream"],
    ["png", "application/octet-stream"],
    [".png", "application/octet-stream"],
    ["", "application/octet-stream"],
    ["a.constructor", "application/octet-stream"],
  ])("client and server agree on %s", (filename, type) => {
    expect([mediaTypeOf(filename), localMediaTypeOf(filename)]).toEqual([type, type]);
  });

  test.each([
    ["image/jpeg", "jpg"],
    ["audio/mpeg", "mp3"],
    ["audio/x-wav", "wav"],
    ["audio/flac", "flac"],
    ["audio/ogg", "ogg"],
    ["video/quicktime; codecs=x", "mov"],
    ["VIDEO/X-MATROSKA", "mkv"],
    ["model/gltf-binary", "glb"],
    ["application/yaml", "yaml"],
    ["text/plain", "txt"],
  ])("%s is written as %s", (type, extension) => {
    expect(extensionsOf(type)[0]).toBe(extension);
  });

  test.each(["application/octet-stream", "", "no/such", "constructor"])("%j tells no extension", (type) => {
    expect(extensionsOf(type)).toEqual([]);
  });

  test("other extensions of a type are known, too", () => {
    expect(extensionsOf("image/jpeg")).toEqual(expect.arrayContaining(["jpg", "jpeg"]));
    expect(extensionsOf("audio/ogg")).toEqual(expect.arrayContaining(["ogg", "oga", "opus"]));
  });
});
