/**
 * Scripted faults: what a scenario does to requests, tasks and webhooks, and what came of it.
 * Loaded only where a scenario was asked for; the server asks its `Hooks` and knows nothing of it.
 */
import { existsSync } from "node:fs";
import { isObject } from "../../wire/types.ts";
import { readSmallFile } from "../apps/small-file.ts";
import type { Clock } from "../clock.ts";
import { messageOf } from "../error-text.ts";
import type { EmitEvent, Rehearsal, ServerEvent } from "../events.ts";
import type { Hooks } from "../http/hooks.ts";
import type { ApiRequest } from "../http/request.ts";
import type { Reply } from "../http/response.ts";
import type { Route } from "../http/routes.ts";
import type { Services } from "../http/services.ts";
import { BUILT_IN } from "./built-in.ts";
import { checkApps } from "./check-apps.ts";
import { applyToRequest, type EdgeOptions } from "./edge.ts";
import { lastLine } from "./last-line.ts";
import { readScenario, ScenarioError } from "./read-scenario.ts";
import type { Scenario, Step } from "./scenario.ts";
import { Script } from "./script.ts";
import { Subjects, triggersOf } from "./subjects.ts";
import { Tally } from "./tally.ts";
import { TaskFaults } from "./task-faults.ts";
import { applyToWebhook } from "./webhooks.ts";

export interface FaultsOptions {
  /** As it was given, and the file that this would be. */
  given: string;
  file: string;
  clock: Clock;
  refusal: EdgeOptions["refusal"];
  emit: EmitEvent;
}

export class Faults implements Hooks {
  readonly #options: FaultsOptions;
  readonly #scenario: Scenario;
  readonly #script: Script;
  readonly #tally = new Tally();
  readonly #tasks: TaskFaults;
  #services: Services | null = null;
  readonly #subjects = new Subjects((id) => this.#services?.tasks.find(id)?.task);

  /** Throws a ScenarioError that names every mistake by its line. */
  constructor(options: FaultsOptions) {
    this.#options = options;
    this.#scenario = loadScenario(options);
    this.#script = new Script(this.#scenario);
    this.#tasks = new TaskFaults(options.clock, (step, live) => this.#acted(step, live.task.appId, live.id));
  }

  /** Throws a ScenarioError for an app or a function that this server has not. */
  async open(services: Services): Promise<void> {
    this.#services = services;
    this.#subjects.apps = await checkApps(this.#scenario, services);
  }

  async around({ method, path }: Route, request: ApiRequest, serve: () => Promise<Reply | undefined>) {
    const triggers = triggersOf(method, path, request.body);
    this.#tally.count(triggers);
    const subject = this.#subjects.of(triggers.length > 1 ? triggers[0]! : null, request);
    const step = this.#script.choose(triggers, subject);
    if (!step) return await serve();
    this.#acted(step, subject?.app ?? path, request.params["id"] ?? null);
    const isLast = lastLine(path, request, this.#subjects, this.#services);
    return await applyToRequest(step, triggers[0], request, serve, { ...this.#options, isLast });
  }

  async atPhase(...args: Parameters<Hooks["atPhase"]>): Promise<void> {
    await this.#tasks.atPhase(...args);
  }

  async deliver(url: string, request: RequestInit & { body: string }): Promise<Response> {
    const body: unknown = JSON.parse(request.body);
    const id = isObject(body) ? String(body["id"]) : "";
    const subject = this.#subjects.task(id);
    const step = this.#script.choose(["webhook"], subject);
    if (!step) return await fetch(url, request);
    this.#acted(step, subject?.app ?? url, id);
    return await applyToWebhook(step, () => fetch(url, request));
  }

  watch(event: ServerEvent): void {
    this.#subjects.watch(event);
    this.#tally.watch(event);
    if (event.type !== "task" || event.status !== "received") return;
    const step = this.#script.choose(["task"], this.#subjects.task(event.id));
    if (step) this.#tasks.expect(event.id, step);
  }

  rehearsal(): Rehearsal {
    return {
      scenario: this.#scenario.name,
      steps: this.#script.hits().map(({ step, acted }) => ({
        step: step.number,
        line: step.line,
        on: step.on,
        does: step.does,
        hits: acted,
      })),
      checks: this.#tally.checks(this.#scenario.expect),
    };
  }

  #acted(step: Step, what: string, id: string | null): void {
    this.#script.acted(step);
    this.#options.emit({ type: "fault", step: step.number, on: step.on, does: step.does, what, id });
  }
}

function loadScenario({ given, file }: FaultsOptions): Scenario {
  const builtIn = Object.hasOwn(BUILT_IN, given) ? BUILT_IN[given]!.trimStart() : null;
  if (builtIn === null && !existsSync(file)) {
    const names = Object.keys(BUILT_IN).join(", ");
    throw new ScenarioError(`there is no scenario ${given}: it is no file, and none of ${names}`);
  }
  return readScenario(given, builtIn ?? readFile(given, file));
}

function readFile(given: string, file: string): string {
  try {
    return readSmallFile(file);
  } catch (error) {
    throw new ScenarioError(`the scenario ${given} cannot be read: ${messageOf(error)}`);
  }
}
