/** namespace/name, or a bare name, either with @version. */
export function isAppName(app: string): boolean {
  return /^\w[\w.-]*(\/\w[\w.-]*)?(@\w[\w.-]*)?$/.test(app);
}
