/** namespace/name, or a bare name, either with @version. */
export function isAppName(app: string): boolean {
  return /^\w[\w.-]*(\/\w[\w.-]*)?(@\w[\w.-]*)?$/.test(app);
}

/** "infsh/flux" of "infsh/flux@1a2b". */
export function withoutVersion(app: string): string {
  return app.split("@")[0]!;
}
