/**
 * What is sent to extenders and what they answer, as JSON.
 *
 * Source: k8s.io/kube-scheduler/extender/v1/types.go. Fields have Go's names; answers are read with names in any case, as Go reads them.
 */
import { decodeFailure } from "../../api/decode-problem.js";
import { decodeAs } from "../../api/decoder.js";
import { isPlainObject } from "../../api/plain-object.js";
import { encode } from "../../api/encode.js";
import { defineTypes, structOf, type StructType, type Type } from "../../api/schema/descriptor.js";
import type { ApiObject, Node, Pod } from "../../api/types/index.js";
import { ExtenderError } from "./extender.js";

defineTypes(
  "v1",
  `
ExtenderNodeMeta
  name string
ExtenderNode
  metadata ExtenderNodeMeta
NodeList
  items []ExtenderNode
ExtenderFilterResult
  Nodes *NodeList
  NodeNames *[]string
  FailedNodes {}string
  FailedAndUnresolvableNodes {}string
  Error string
MetaPod
  UID string
MetaVictims
  Pods []MetaPod
  NumPDBViolations int64
ExtenderPreemptionResult
  NodeNameToMetaVictims {}MetaVictims
ExtenderBindingResult
  Error string
HostPriority
  Host string
  Score int64
`,
);

export interface FilterResult {
  readonly Nodes?: { readonly items?: readonly { readonly metadata?: { readonly name?: string } }[] };
  readonly NodeNames?: readonly string[];
  readonly FailedNodes?: Readonly<Record<string, string>>;
  readonly FailedAndUnresolvableNodes?: Readonly<Record<string, string>>;
  readonly Error?: string;
}

export interface MetaVictims {
  readonly Pods?: readonly { readonly UID?: string }[];
  readonly NumPDBViolations?: number;
}

export interface PreemptionResult {
  readonly NodeNameToMetaVictims?: Readonly<Record<string, MetaVictims>>;
}

export interface BindingResult {
  readonly Error?: string;
}

export type HostPriorityList = readonly { readonly Host?: string; readonly Score?: number }[];

/** An object as the scheduler holds it: its informers leave kind and apiVersion out. */
function withoutKind(object: ApiObject): unknown {
  const json: Record<string, unknown> = { ...encode(object) };
  delete json["kind"];
  delete json["apiVersion"];
  return json;
}

const written = new WeakMap<Node, unknown>();

function nodeJson(node: Node): unknown {
  let json = written.get(node);
  if (json === undefined) written.set(node, (json = withoutKind(node)));
  return json;
}

/** ExtenderArgs: the nodes' names alone for an extender that knows the nodes, else the nodes themselves. */
export function extenderArgs(pod: Pod, nodes: readonly Node[], nodeCacheCapable: boolean): unknown {
  return {
    Pod: withoutKind(pod),
    Nodes: nodeCacheCapable ? null : { metadata: {}, items: nodes.map(nodeJson) },
    NodeNames: nodeCacheCapable ? nodes.map(({ metadata }) => metadata.name) : null,
  };
}

export interface NodeVictims {
  readonly node: string;
  readonly pods: readonly Pod[];
  readonly numPDBViolations: number;
}

/** ExtenderPreemptionArgs: the victims' uids alone for an extender that knows the pods. */
export function extenderPreemptionArgs(pod: Pod, victims: readonly NodeVictims[], nodeCacheCapable: boolean): unknown {
  const victimJson = (victim: Pod): unknown => (nodeCacheCapable ? { UID: victim.metadata.uid ?? "" } : withoutKind(victim));
  const byNode = Object.fromEntries(
    victims.map(({ node, pods, numPDBViolations }) => [node, { Pods: pods.map(victimJson), NumPDBViolations: numPDBViolations }]),
  );
  return {
    Pod: withoutKind(pod),
    NodeNameToVictims: nodeCacheCapable ? null : byNode,
    NodeNameToMetaVictims: nodeCacheCapable ? byNode : null,
  };
}

export function extenderBindingArgs({ metadata }: Pod, node: string): unknown {
  return { PodName: metadata.name, PodNamespace: metadata.namespace ?? "", PodUID: metadata.uid ?? "", Node: node };
}

/** @throws ExtenderError in the words of Go's encoding/json where these are known */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const start = text.trimStart();
    if (start === "") throw new ExtenderError("EOF", { cause: error });
    if (!/^[[{"\d\-tfn]/.test(start))
      throw new ExtenderError(`invalid character '${start[0]}' looking for beginning of value`, { cause: error });
    throw new ExtenderError(`invalid JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** The value with the keys that the type knows spelled as the type spells them. */
function spelled(type: Type, value: unknown): unknown {
  if (type.form === "simple") return value;
  if (type.form !== "struct" && Array.isArray(value)) return value.map((one) => spelled(type.element, one));
  if (!isPlainObject(value)) return value;
  if (type.form !== "struct") return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, spelled(type.element, one)]));
  const fields = [...type.fields.values()];
  const known = Object.entries(value).flatMap(([key, one]) => {
    const field = fields.find(({ name }) => name === key) ?? fields.find(({ name }) => name.toLowerCase() === key.toLowerCase());
    return field === undefined ? [] : [[field.name, spelled(field.type, one)] as const];
  });
  return Object.fromEntries(known);
}

function decodeAnswer(type: StructType, value: unknown): unknown {
  if (value === null) return {};
  if (!isPlainObject(value)) {
    const kind = Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;
    throw new ExtenderError(`json: cannot unmarshal ${kind} into Go value of type ${type.goName}`);
  }
  const { object, problems } = decodeAs(type, spelled(type, value) as Record<string, unknown>);
  const failure = decodeFailure(problems);
  if (failure !== undefined) throw new ExtenderError(failure);
  return object;
}

/** @throws ExtenderError where the text is no such answer */
export function filterResult(text: string): FilterResult {
  return decodeAnswer(structOf("ExtenderFilterResult"), parse(text)) as FilterResult;
}

/** @throws ExtenderError where the text is no such answer */
export function hostPriorityList(text: string): HostPriorityList {
  const value = parse(text);
  if (value === null) return [];
  if (!Array.isArray(value)) {
    throw new ExtenderError(
      `json: cannot unmarshal ${isPlainObject(value) ? "object" : typeof value} into Go value of type v1.HostPriorityList`,
    );
  }
  return value.map((one: unknown) => decodeAnswer(structOf("HostPriority"), one) as HostPriorityList[number]);
}

/** @throws ExtenderError where the text is no such answer */
export function preemptionResult(text: string): PreemptionResult {
  return decodeAnswer(structOf("ExtenderPreemptionResult"), parse(text)) as PreemptionResult;
}

/** @throws ExtenderError where the text is no such answer */
export function bindingResult(text: string): BindingResult {
  return decodeAnswer(structOf("ExtenderBindingResult"), parse(text)) as BindingResult;
}
