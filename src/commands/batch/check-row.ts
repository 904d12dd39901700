import type { AppSchemas } from "../../api/resources/app.ts";
import { type CoercedInput, coerce } from "../../input/coerce.ts";
import { asSchema } from "../../input/schema/document.ts";
import type { Schema } from "../../input/schema/node.ts";
import { type ValidationIssue, validationOf } from "../../input/validate.ts";
import { type CoercedRun, issueLine, unknownFunction } from "../run/validate-input.ts";
import type { Candidate } from "./source.ts";

type Typed = Pick<Candidate, "function" | "input" | "setup">;

type Validator = (coerced: CoercedInput) => ValidationIssue[];

/** What one function of the app takes. */
interface FunctionCheck {
  input: Checked;
  setup: Checked;
}

interface Checked {
  schema: Schema | null;
  issues: Validator;
}

/** Gives rows the app's own types and checks them; a schema is made ready once, whatever the number of rows. */
export class RowCheck {
  readonly #app: string;
  readonly #schemas: AppSchemas | null;
  readonly #note: (text: string) => void;
  readonly #functions = new Map<string, Promise<FunctionCheck>>();

  /** Without schemas everything is taken as it is. */
  constructor(app: string, schemas: AppSchemas | null, note: (text: string) => void) {
    this.#app = app;
    this.#schemas = schemas;
    this.#note = note;
  }

  async coerce({ function: name, input, setup }: Typed): Promise<CoercedRun> {
    const check = await this.#check(name);
    return {
      input: coerce(input, check.input.schema),
      setup: setup && coerce(setup, check.setup.schema),
    };
  }

  /** Everything in which a row does not fit the app, a line each. */
  async problems({ function: name }: Candidate, { input, setup }: CoercedRun): Promise<string[]> {
    const functions = Object.keys(this.#schemas?.functions ?? {});
    if (this.#schemas && name !== undefined && !functions.includes(name))
      return [issueLine(unknownFunction(this.#app, name, functions))];
    const check = await this.#check(name);
    const inSetup = setup ? check.setup.issues(setup) : [];
    return [
      ...check.input.issues(input).map((issue) => issueLine(issue) + aboutForm(issue)),
      ...inSetup.map((issue) => `setup.${issueLine(issue)}`),
    ];
  }

  #check(name: string | undefined): Promise<FunctionCheck> {
    const asked = name ?? this.#schemas?.defaultFunction ?? "";
    const known = this.#functions.get(asked) ?? this.#prepare(asked);
    this.#functions.set(asked, known);
    return known;
  }

  async #prepare(name: string): Promise<FunctionCheck> {
    const functions = this.#schemas?.functions ?? {};
    const found = Object.hasOwn(functions, name) ? functions[name] : undefined;
    return { input: await this.#checked(found?.input), setup: await this.#checked(this.#schemas?.setup) };
  }

  async #checked(document: unknown): Promise<Checked> {
    const note = (text: string) => this.#note(`not checked: ${text}`);
    const schema = asSchema(document, note);
    return { schema, issues: schema ? await validationOf(schema, note) : () => [] };
  }
}

/** An id beside the inputs themselves is taken for one of them. */
function aboutForm({ kind, path }: ValidationIssue): string {
  const isId = kind === "unknown" && path.length === 1 && path[0] === "id";
  return isId ? '; a row with an id is {"id":"…","input":{…}}' : "";
}
