/**
 * The yaml parser, loaded with the first inf.yml. The package is CommonJS: once bundled, a dynamic
 * import of the package itself would have no named exports.
 */
export { parse } from "yaml";
