/**
 * From the chosen node to the bound pod: waiting for Permit, PreBind, Bind, PostBind. Runs beside the scheduling of other pods.
 *
 * Source of the rules: pkg/scheduler/schedule_one.go (bindingCycle)
 */
import { bindingByExtender } from "./extenders/bind.js";
import type { CycleState } from "./framework/cycle-state.js";
import type { PodInfo } from "./framework/pod-info.js";
import type { Profile } from "./framework/profile.js";
import { rejectionMessage } from "./framework/fit-error.js";
import { failureOf, Status } from "./framework/status.js";
import type { WaitingPods } from "./framework/waiting-pods.js";
import { writeBinding } from "./plugins/default-binder.js";

export type BindingEnd = (failed: Status | undefined) => void;

/** What the Permit plugins answered. */
export interface Permission {
  /** Why the pod may not go there; undefined where none objects. */
  readonly refused?: Status;
  /** Plugins that want to wait, with their time-outs in µs. */
  readonly timeouts: ReadonlyMap<string, number>;
}

/** Asks the Permit plugins. */
export function askPermission(profile: Profile, state: CycleState, pod: PodInfo, nodeName: string): Permission {
  const timeouts = new Map<string, number>();
  for (const plugin of profile.plugins.permit) {
    const answer = plugin.permit!(state, pod, nodeName);
    const code = answer?.status.code ?? "Success";
    if (code === "Wait") timeouts.set(plugin.name, answer!.timeout ?? 0);
    else if (code !== "Success") return { refused: failureOf(answer!.status, plugin.name, "Permit"), timeouts };
  }
  return { timeouts };
}

/** Runs the binding cycle and calls `end`, at once or later in simulated time. */
export function runBindingCycle(
  profile: Profile,
  state: CycleState,
  pod: PodInfo,
  nodeName: string,
  timeouts: ReadonlyMap<string, number>,
  waiting: WaitingPods,
  end: BindingEnd,
): void {
  const bind = (): void => bindPod(profile, state, pod, nodeName, end);
  const preBind = (): void => preBindWith(profile, state, pod, nodeName, 0, (failed) => (failed === undefined ? bind() : end(failed)));
  if (timeouts.size === 0) preBind();
  else
    waiting.wait(pod, timeouts, (failed) =>
      failed === undefined ? preBind() : end(new Status(failed.code, [rejectionMessage(failed)], failed.plugin)),
    );
}

function failure(answer: Status | undefined, plugin: string, point: string): Status | undefined {
  return answer === undefined || answer.code === "Success" ? undefined : failureOf(answer, plugin, point);
}

function preBindWith(profile: Profile, state: CycleState, pod: PodInfo, nodeName: string, at: number, end: BindingEnd): void {
  const plugin = profile.plugins.preBind.at(at);
  if (plugin === undefined) {
    end(undefined);
    return;
  }
  plugin.preBind!(state, pod, nodeName, (answer) => {
    const failed = failure(answer, plugin.name, "PreBind");
    if (failed === undefined) preBindWith(profile, state, pod, nodeName, at + 1, end);
    else end(failed);
  });
}

/** An extender that binds pods comes before the plugins: it says that it has bound the pod, and the simulator writes that down. */
function bindPod(profile: Profile, state: CycleState, pod: PodInfo, nodeName: string, end: BindingEnd): void {
  const bound: BindingEnd = (failed) => {
    if (failed === undefined) for (const plugin of profile.plugins.postBind) plugin.postBind!(state, pod, nodeName);
    end(failed);
  };
  const outside = bindingByExtender(profile.handle.extenders ?? [], pod, nodeName);
  if (outside === undefined) bindWith(profile, state, pod, nodeName, 0, bound);
  else if (outside.failure !== undefined) bound(new Status("Error", [outside.failure]));
  else writeBinding(profile.handle.client!, pod, nodeName, bound);
}

/** Asks the bind plugins in turn until one does not skip. */
function bindWith(profile: Profile, state: CycleState, pod: PodInfo, nodeName: string, at: number, end: BindingEnd): void {
  const plugin = profile.plugins.bind.at(at);
  if (plugin === undefined) {
    end(new Status("Error", ["all bind plugins skipped"]));
    return;
  }
  plugin.bind!(state, pod, nodeName, (answer) => {
    if (answer?.code === "Skip") {
      bindWith(profile, state, pod, nodeName, at + 1, end);
      return;
    }
    end(failure(answer, plugin.name, "Bind"));
  });
}
