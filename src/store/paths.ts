import { isAbsolute, join } from "node:path";

export interface Environment {
  env: Record<string, string | undefined>;
  platform: NodeJS.Platform;
  home: string;
}

export interface Paths {
  config: string;
  state: string;
  cache: string;
}

/**
 * Where belt keeps things (src/cli/README.md, "Where things are kept"): `BELT_*_DIR`, else the
 * platform's own folders.
 */
export function beltPaths(environment: Environment): Paths {
  const { env } = environment;
  const [config, state, cache] = [env["BELT_CONFIG_DIR"], env["BELT_STATE_DIR"], env["BELT_CACHE_DIR"]];
  if (config && state && cache) return { config, state, cache };
  const folders = platformFolders(environment);
  return { config: config || folders.config, state: state || folders.state, cache: cache || folders.cache };
}

function platformFolders({ env, platform, home }: Environment): Paths {
  if (platform === "darwin") {
    const library = join(home, "Library");
    return {
      config: join(library, "Preferences", "belt"),
      state: join(library, "Application Support", "belt"),
      cache: join(library, "Caches", "belt"),
    };
  }
  if (platform === "win32") {
    const local = env["LOCALAPPDATA"] || join(home, "AppData", "Local");
    return {
      config: join(env["APPDATA"] || join(home, "AppData", "Roaming"), "belt", "Config"),
      state: join(local, "belt", "Data"),
      cache: join(local, "belt", "Cache"),
    };
  }
  return {
    config: join(wholePath(env["XDG_CONFIG_HOME"]) ?? join(home, ".config"), "belt"),
    state: join(wholePath(env["XDG_STATE_HOME"]) ?? join(home, ".local", "state"), "belt"),
    cache: join(wholePath(env["XDG_CACHE_HOME"]) ?? join(home, ".cache"), "belt"),
  };
}

/** The XDG Base Directory Specification has programs ignore any other. */
function wholePath(path: string | undefined): string | null {
  return path && isAbsolute(path) ? path : null;
}
