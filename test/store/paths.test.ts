import { expect, test } from "vitest";
import { beltPaths } from "../../src/store/paths.ts";

const HOME = "/home/ada";

function paths(platform: NodeJS.Platform, env: Record<string, string | undefined> = {}) {
  return beltPaths({ platform, env, home: HOME });
}

test.each<[NodeJS.Platform, Record<string, string>, string[]]>([
  ["linux", {}, ["/home/ada/.config/belt", "/home/ada/.local/state/belt", "/home/ada/.cache/belt"]],
  ["freebsd", {}, ["/home/ada/.config/belt", "/home/ada/.local/state/belt", "/home/ada/.cache/belt"]],
  [
    "linux",
    { XDG_CONFIG_HOME: "/x/c", XDG_STATE_HOME: "/x/s", XDG_CACHE_HOME: "/x/k" },
    ["/x/c/belt", "/x/s/belt", "/x/k/belt"],
  ],
  [
    "linux",
    { XDG_CONFIG_HOME: "", XDG_STATE_HOME: "", XDG_CACHE_HOME: "" },
    ["/home/ada/.config/belt", "/home/ada/.local/state/belt", "/home/ada/.cache/belt"],
  ],
  [
    "darwin",
    { XDG_CONFIG_HOME: "/x" },
    [
      "/home/ada/Library/Preferences/belt",
      "/home/ada/Library/Application Support/belt",
      "/home/ada/Library/Caches/belt",
    ],
  ],
  [
    "win32",
    { APPDATA: "/roaming", LOCALAPPDATA: "/local" },
    ["/roaming/belt/Config", "/local/belt/Data", "/local/belt/Cache"],
  ],
  [
    "win32",
    {},
    [
      "/home/ada/AppData/Roaming/belt/Config",
      "/home/ada/AppData/Local/belt/Data",
      "/home/ada/AppData/Local/belt/Cache",
    ],
  ],
])("%s with %j", (platform, env, [config, state, cache]) => {
  expect(paths(platform, env)).toEqual({ config, state, cache });
});

test.each<NodeJS.Platform>(["linux", "darwin", "win32"])("BELT_*_DIR counts before all on %s", (platform) => {
  const env = {
    BELT_CONFIG_DIR: "/c",
    BELT_STATE_DIR: "/s",
    BELT_CACHE_DIR: "/k",
    XDG_CONFIG_HOME: "/x",
    XDG_STATE_HOME: "/x",
    XDG_CACHE_HOME: "/x",
    APPDATA: "/x",
    LOCALAPPDATA: "/x",
  };
  expect(paths(platform, env)).toEqual({ config: "/c", state: "/s", cache: "/k" });
});

test("an empty BELT_*_DIR does not count", () => {
  const env = { BELT_CONFIG_DIR: "", BELT_STATE_DIR: "", BELT_CACHE_DIR: "" };
  expect(paths("linux", env)).toEqual(paths("linux"));
});

test("each BELT_*_DIR stands alone", () => {
  expect(paths("linux", { BELT_STATE_DIR: "/s" })).toEqual({
    ...paths("linux"),
    state: "/s",
  });
});
