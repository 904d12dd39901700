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

/** A word of a command line as it may be shown: what stands under a secret name is left out, for hints and errors stand in logs. */
export function withoutSecret(word: string): string {
  const [, option = "", rest = ""] = /^(--[\w-]+=)?(.*)$/s.exec(word) ?? [];
  if (rest.trimStart().startsWith("{"))
    return option + ([...rest.matchAll(KEYS)].some(isSecret) ? "{…}" : rest);
  const [, key, way] = /^([^\s={}:@]+)([:@]?=)/.exec(rest) ?? [];
  const isOfSecret = key?.split(".").some((part) => isSecretName(part.replace("[]", "")));
  return isOfSecret ? `${option}${key}${way}…` : word;
}

/** Of a JSON object, at any depth, also one that is written badly. */
const KEYS = /["']?([\w.-]+)["']?\s*:/g;

function isSecret([, key = ""]: RegExpMatchArray): boolean {
  return isSecretName(key);
}
