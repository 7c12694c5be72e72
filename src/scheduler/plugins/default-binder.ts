/** Binds through the API server. Source: pkg/scheduler/framework/plugins/defaultbinder/default_binder.go */
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
    const { name, namespace, uid } = pod.pod.metadata;
    const target = { kind: "Pod" as const, name, ...(namespace !== undefined && { namespace }), ...(uid !== undefined && { uid }) };
    this.handle.client!.bind(target, nodeName, (result) =>
      done(result.ok ? undefined : new Status("Error", [result.status.message], this.name)),
    );
  }
}
