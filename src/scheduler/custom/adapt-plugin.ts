/** A user's plugin as one of the scheduler's: what it returns is checked, and what goes wrong is told with plugin, point, pod and node. */
import type { Handle } from "../framework/handle.js";
import { queueIf, type EventRegistration } from "../framework/events.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { Plugin } from "../framework/plugin.js";
import { PluginError } from "../framework/plugin-error.js";
import { PodInfo } from "../framework/pod-info.js";
import { permitAnswerOf, postFilterAnswerOf, preFilterAnswerOf, statusOf } from "./answers.js";
import { ACTIONS, type CustomPlugin, type CustomPluginHandle } from "./custom-plugin.js";

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

/** How the answer of a method is checked; what is absent is passed on as it is. */
const CHECKS: Readonly<Record<string, (plugin: string, answer: unknown, fail: (problem: string) => never) => unknown>> = {
  preEnqueue: statusOf,
  preFilter: preFilterAnswerOf,
  filter: statusOf,
  postFilter: postFilterAnswerOf,
  preScore: statusOf,
  normalizeScore: statusOf,
  reserve: statusOf,
  permit: permitAnswerOf,
};

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

/** The plugin's methods with what they return checked; each throws PluginError where the plugin breaks. */
export function adaptPlugin(name: string, custom: CustomPlugin): Plugin {
  const plugin: Record<string, unknown> = { name };
  for (const method of METHODS) {
    const run = (custom as Readonly<Record<string, unknown>>)[method];
    if (typeof run !== "function") continue;
    plugin[method] = method === "eventsToRegister" ? () => registrationsOf(name, custom) : guarded(name, method, custom, run as Method);
  }
  return plugin as unknown as Plugin;
}

function registrationsOf(plugin: string, custom: CustomPlugin): readonly EventRegistration[] {
  return custom.eventsToRegister!().map((registration) => {
    const { resource, actions } = registration;
    const unknown = actions.find((action) => !Object.hasOwn(ACTIONS, action));
    if (unknown !== undefined)
      throw new Error(
        `plugin ${plugin}: eventsToRegister: unknown action ${JSON.stringify(unknown)}; must be one of ${Object.keys(ACTIONS).join(", ")}`,
      );
    return {
      resource,
      actions: actions.reduce((bits, action) => bits | ACTIONS[action], 0),
      hint: queueIf((pod, previous, current) => registration.hint?.(pod, previous, current) ?? true),
    };
  });
}

type Method = (...given: unknown[]) => unknown;

function guarded(name: string, method: string, custom: CustomPlugin, run: Method): Method {
  const point = POINT_OF[method];
  const check = Object.hasOwn(CHECKS, method) ? CHECKS[method] : undefined;
  return (...given) => {
    const fail = (problem: string, cause?: unknown): never => {
      throw new PluginError(name, point, podKeyOf(given), nodeNameOf(method, given), problem, cause);
    };
    let answer: unknown;
    try {
      answer = run.apply(custom, given);
    } catch (error) {
      return fail(error instanceof Error ? `threw ${error.name}: ${error.message}` : `threw ${String(error)}`, error);
    }
    if (answer instanceof Promise) return fail("returned a promise; methods must be synchronous");
    return check === undefined ? answer : check(name, answer, fail);
  };
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
