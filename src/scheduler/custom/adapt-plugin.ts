/** A user's plugin as one of the scheduler's: what it returns is checked, and what goes wrong is told with plugin, point, pod and node. */
import type { Handle } from "../framework/handle.js";
import type { EventRegistration } from "../framework/events.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { Plugin } from "../framework/plugin.js";
import { PluginError } from "../framework/plugin-error.js";
import { PodInfo } from "../framework/pod-info.js";
import {
  nothingOf,
  onlyByCall,
  permitAnswerOf,
  postFilterAnswerOf,
  preFilterAnswerOf,
  skippableStatusOf,
  statusOf,
  truthOf,
} from "./answers.js";
import type { CustomPlugin, CustomPluginHandle } from "./custom-plugin.js";
import { PluginModuleError } from "./plugin-module-error.js";
import { registrationsOf } from "./registrations.js";
import { giveWordTo, type RunningPlugin } from "./running-plugin.js";

/** Methods by the point that errors name. */
const POINT_OF: Readonly<Record<string, string>> = {
  preEnqueue: "PreEnqueue",
  less: "QueueSort",
  preFilter: "PreFilter",
  filter: "Filter",
  postFilter: "PostFilter",
  preScore: "PreScore",
  score: "Score",
  normalizeScore: "NormalizeScore",
  reserve: "Reserve",
  unreserve: "Unreserve",
  permit: "Permit",
  preBind: "PreBind",
  bind: "Bind",
  postBind: "PostBind",
};

export const METHODS: ReadonlySet<string> = new Set([...Object.keys(POINT_OF), "eventsToRegister"]);

/** How the answer of a method is checked. A score is checked where it is used, with what normalizeScore makes of it. */
const CHECKS: Readonly<Record<string, Check>> = {
  preEnqueue: statusOf,
  less: truthOf,
  preFilter: preFilterAnswerOf,
  filter: statusOf,
  postFilter: postFilterAnswerOf,
  preScore: skippableStatusOf,
  normalizeScore: statusOf,
  reserve: statusOf,
  unreserve: nothingOf,
  permit: permitAnswerOf,
  preBind: onlyByCall,
  bind: onlyByCall,
  postBind: nothingOf,
};

/** Methods that answer by a call, which they are given last, with how that answer is checked. */
const ANSWERED_BY_CALL: Readonly<Record<string, Check>> = { preBind: statusOf, bind: skippableStatusOf };

type Check = (plugin: string, answer: unknown, fail: (problem: string) => never) => unknown;

export function customHandle(name: string, handle: Handle): CustomPluginHandle {
  const { cache } = handle;
  const { resources } = handle.shapes;
  const amount = (amounts: Float64Array, resource: string): number => {
    const number = resources.numberOf(resource);
    return number < amounts.length ? amounts[number] : 0;
  };
  return {
    now: () => handle.now(),
    stream: (stream = "") => handle.stream(stream === "" ? `plugin/${name}` : `plugin/${name}/${stream}`),
    nodes: () => cache.nodes,
    node: (node) => cache.node(node),
    waitingPods: () => handle.waitingPods?.pods() ?? [],
    allow: (pod) => handle.waitingPods?.allow(pod.uid, name),
    reject: (pod, reason) => void handle.waitingPods?.reject(pod.uid, name, reason),
    request: (pod, resource) => amount(pod.shape.requests.requested, resource),
    requested: (node, resource) => amount(node.requested, resource),
    allocatable: (node, resource) => amount(node.allocatable, resource),
  };
}

/**
 * The plugin's methods with what they return checked; each throws PluginError where the plugin breaks.
 *
 * @param file its module
 */
export function adaptPlugin(name: string, custom: CustomPlugin, file: string): Plugin {
  const plugin: Record<string, unknown> = { name, file };
  for (const [method, point] of Object.entries(POINT_OF)) {
    const run = (custom as Readonly<Record<string, unknown>>)[method];
    if (typeof run === "function") plugin[method] = guarded({ name, file }, method, point, custom, run as Method);
  }
  if (typeof custom.eventsToRegister === "function") plugin.eventsToRegister = () => eventsOf({ name, file }, custom);
  return plugin as unknown as Plugin;
}

/** @throws PluginModuleError where the plugin gives no list of events that there are */
function eventsOf(plugin: Named, custom: CustomPlugin): readonly EventRegistration[] {
  const { name, file } = plugin;
  const fail = (problem: string, cause?: unknown): never => {
    throw new PluginModuleError(name, file, `eventsToRegister ${problem}`, cause);
  };
  const answer = called(
    { plugin: name, file, point: "eventsToRegister" },
    custom,
    (custom as Readonly<Record<string, unknown>>)["eventsToRegister"] as Method,
    [],
    fail,
  );
  return registrationsOf(answer, fail, (registration, hint) => {
    const ask = guarded(plugin, "hint", "QueueingHint", registration, hint as Method);
    return (pod, previous, current) => ask(pod, previous, current) as boolean;
  });
}

type Method = (...given: unknown[]) => unknown;
type Named = Readonly<{ name: string; file: string }>;

function guarded(plugin: Named, method: string, point: string, custom: object, run: Method): Method {
  const { name, file } = plugin;
  const identity: RunningPlugin = { plugin: name, file, point };
  const check = method === "hint" ? hintOf : Object.hasOwn(CHECKS, method) ? CHECKS[method] : undefined;
  const checkCall = Object.hasOwn(ANSWERED_BY_CALL, method) ? ANSWERED_BY_CALL[method] : undefined;
  return (...given) => {
    const fail = (problem: string, cause?: unknown): never => {
      throw new PluginError(plugin, point, podKeyOf(given), nodeNameOf(method, given), problem, cause);
    };
    const call =
      checkCall === undefined ? undefined : new AnswerByCall(given.at(-1) as Done, (answer) => checkCall(name, answer, fail), fail);
    const answer = called(identity, custom, run, call === undefined ? given : [...given.slice(0, -1), call.done], fail);
    const checked = check === undefined ? answer : check(name, answer, fail);
    call?.pass();
    return checked;
  };
}

/** A hint that says nothing leaves it open whether the event helps. */
function hintOf(plugin: string, answer: unknown, fail: (problem: string) => never): boolean {
  return answer === undefined || truthOf(plugin, answer, fail);
}

function called(
  who: RunningPlugin,
  custom: object,
  run: Method,
  given: readonly unknown[],
  fail: (problem: string, cause?: unknown) => never,
): unknown {
  const before = giveWordTo(who);
  let answer: unknown;
  try {
    answer = run.apply(custom, [...given]);
  } catch (error) {
    // What another plugin did that was asked meanwhile is that plugin's.
    if (error instanceof PluginError) throw error;
    return fail(error instanceof Error ? `threw ${error.name}: ${error.message}` : `threw ${String(error)}`, error);
  } finally {
    giveWordTo(before);
  }
  return answer instanceof Promise ? fail("returned a promise; methods must be synchronous") : answer;
}

type Done = (answer: unknown) => void;

/** An answer that a method gives by calling `done`, at once or later: checked, and passed on when the method has returned. */
class AnswerByCall {
  private state: "open" | "answered" | "passed" = "open";
  private hasReturned = false;
  private answer: unknown;

  constructor(
    private readonly passOn: Done,
    private readonly check: (answer: unknown) => unknown,
    private readonly fail: (problem: string) => never,
  ) {}

  readonly done = (answer: unknown): void => {
    if (this.state !== "open") this.fail("called done twice");
    this.answer = this.check(answer);
    this.state = "answered";
    if (this.hasReturned) this.pass();
  };

  /** The method has returned. */
  pass(): void {
    this.hasReturned = true;
    if (this.state !== "answered") return;
    this.state = "passed";
    this.passOn(this.answer);
  }
}

function podKeyOf(given: readonly unknown[]): string {
  const pods = given.map((each) => (each as { readonly podInfo?: unknown } | undefined)?.podInfo ?? each);
  return pods.find((each) => each instanceof PodInfo)?.key ?? "";
}

/** The node is what comes after state and pod: itself, or its name. */
function nodeNameOf(method: string, given: readonly unknown[]): string | undefined {
  if (method === "filter" || method === "score") return (given[2] as NodeInfo).name;
  return typeof given[2] === "string" ? given[2] : undefined;
}
