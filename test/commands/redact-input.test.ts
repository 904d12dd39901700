import { describe, expect, test } from "vitest";
import { isSecretName } from "../../src/secret-names.ts";

describe("secret names", () => {
  const secret = [
    "password",
    "db_password",
    "hf_api_token",
    "token",
    "API_KEY",
    "apiKey",
    "openai-api-key",
    "clientSecret",
    "x.secret",
    "HFToken",
  ];
  const plain = [
    "max_tokens",
    "tokens",
    "token_count",
    "secretary",
    "passwords",
    "key",
    "tokenizer",
    "api_key_id",
    "broken",
  ];
  test.each(secret)("%s is secret", (name) => expect(isSecretName(name)).toBe(true));
  test.each(plain)("%s is not", (name) => expect(isSecretName(name)).toBe(false));
});
