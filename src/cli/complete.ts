/** What completion scripts ask for, in a file of its own: it needs the schemas of inputs, which a start does not. */
export { complete } from "./completion/candidates.ts";
