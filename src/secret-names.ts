/** True for a name whose last word says that its text is secret: `hf_api_token`, `apiKey`; not `max_tokens`. */
export function isSecretName(name: string): boolean {
  const words = name
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, "$1_$2")
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1_$2")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .replace(/_+$/, "");
  return /(^|_)(password|secret|token|api_?key)$/.test(words);
}
