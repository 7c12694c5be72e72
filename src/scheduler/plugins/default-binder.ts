/** Binds through the API server. Source: pkg/scheduler/framework/plugins/defaultbinder/default_binder.go */
import type { ApiClient } from "../../control-plane/apiserver/client.js";
import type { CycleState } from "../framework/cycle-state.js";
import type { Handle } from "../framework/handle.js";
import type { Answer, Plugin } from "../framework/plugin.js";
import type { PodInfo } from "../framework/pod-info.js";
import { Status } from "../framework/status.js";

export class DefaultBinder implements Plugin {
  static readonly NAME = "DefaultBinder";
  readonly name = DefaultBinder.NAME;

  constructor(private readonly handle: Handle) {}

  bind(_state: CycleState, pod: PodInfo, nodeName: string, done: (answer: Answer) => void): void {
    writeBinding(this.handle.client!, pod, nodeName, (refused) => done(refused?.withPlugin(this.name)));
  }
}

/** Calls `done` with nothing, or with what the API server said against it. */
export function writeBinding(client: ApiClient, { pod }: PodInfo, nodeName: string, done: (refused: Status | undefined) => void): void {
  const { name, namespace, uid } = pod.metadata;
  const target = { kind: "Pod" as const, name, ...(namespace !== undefined && { namespace }), ...(uid !== undefined && { uid }) };
  client.bind(target, nodeName, (result) => done(result.ok ? undefined : new Status("Error", [result.status.message])));
}
