/**
 * The priorities of groups, as an administrator writes them into a ConfigMap.
 *
 * Source: cluster-autoscaler/expander/priority/readme.md
 */
import { parse } from "yaml";
import type { ConfigMap } from "../../api/types/policy.js";
import type { ApiClient, Informer, InformerFactory } from "../apiserver/client.js";
import { referenceTo } from "../controllers/pod-control.js";

/** Namespace and name of the ConfigMap, and its key. */
const CONFIG_MAP = "kube-system/cluster-autoscaler-priority-expander";
const KEY = "priorities";

/** The highest priority first; a group has it where one of the patterns occurs in its name. */
export type PriorityList = readonly { readonly priority: number; readonly patterns: readonly RegExp[] }[];

/** A ConfigMap that cannot be read; the message is meant for an event on it. */
export class PriorityListError extends Error {
  override readonly name = "PriorityListError";
}

/** @throws PriorityListError */
export function priorityListOf(data: Readonly<Record<string, string>> | undefined): PriorityList {
  const text = data?.[KEY];
  if (text === undefined)
    throw new PriorityListError(`Wrong configmap for priority expander, doesn't contain ${KEY} key. Ignoring update.`);
  const value = parsed(text);
  if (typeof value !== "object" || value === null)
    throw new PriorityListError(
      "Wrong configuration for priority expander: must be a map of numbers to lists of patterns. Ignoring update.",
    );
  return Object.entries(value)
    .map(([priority, patterns]) => ({ priority: wholeNumber(priority), patterns: patternsOf(patterns) }))
    .sort((a, b) => b.priority - a.priority);
}

function parsed(text: string): unknown {
  try {
    return parse(text) as unknown;
  } catch (error) {
    throw new PriorityListError(
      `Can't parse YAML with priorities in the configmap: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}. Ignoring update.`,
    );
  }
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number))
    throw new PriorityListError(`Wrong configuration for priority expander: ${JSON.stringify(text)} is no whole number. Ignoring update.`);
  return number;
}

function patternsOf(value: unknown): RegExp[] {
  if (!Array.isArray(value))
    throw new PriorityListError("Wrong configuration for priority expander: each priority must have a list of patterns. Ignoring update.");
  return value.map((pattern) => {
    try {
      return new RegExp(String(pattern));
    } catch {
      throw new PriorityListError(
        `Wrong configuration for priority expander: ${JSON.stringify(pattern)} is no regular expression. Ignoring update.`,
      );
    }
  });
}

/** The list as the ConfigMap has it; one that cannot be read is reported and leaves the list before in force. */
export class PriorityConfigMap {
  private readonly configMaps: Informer<ConfigMap>;
  private read: ConfigMap | undefined;
  private list: PriorityList = [];

  constructor(
    informers: InformerFactory,
    private readonly client: ApiClient,
  ) {
    this.configMaps = informers.informer("ConfigMap");
  }

  current(): PriorityList {
    const configMap = this.configMaps.get(CONFIG_MAP);
    if (configMap === undefined || configMap === this.read) return this.list;
    this.read = configMap;
    try {
      this.list = priorityListOf(configMap.data);
    } catch (error) {
      if (!(error instanceof PriorityListError)) throw error;
      this.client.recordEvent(referenceTo(configMap), "Warning", "PriorityConfigMapInvalid", error.message);
    }
    return this.list;
  }
}
