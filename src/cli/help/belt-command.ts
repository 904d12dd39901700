import { type AddHelpTextContext, type AddHelpTextPosition, Command } from "commander";

/** A command of the parser whose help is a page of belt's own making. */
export class BeltCommand extends Command {
  /** Command lines to begin with. */
  readonly examples: string[] = [];
  readonly #showHelp: (command: BeltCommand) => void;

  constructor(name: string, showHelp: (command: BeltCommand) => void) {
    super(name);
    this.#showHelp = showHelp;
  }

  override createCommand(name: string): BeltCommand {
    return new BeltCommand(name, this.#showHelp);
  }

  override outputHelp(): void {
    this.#showHelp(this);
  }

  /** What the grammar puts after the help are examples, which have their own place on the page. */
  override addHelpText(
    position: AddHelpTextPosition,
    text: string | ((context: AddHelpTextContext) => string),
  ): this {
    if (position !== "after" || typeof text !== "string") return super.addHelpText(position, text as string);
    const lines = text.split("\n").filter((line) => line.startsWith("  "));
    this.examples.push(...lines.map((line) => line.trim()));
    return this;
  }
}

export function examplesOf(command: Command): string[] {
  return command instanceof BeltCommand ? command.examples : [];
}
