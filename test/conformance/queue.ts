/** Golden kind `queue`: operations on the scheduling queue and where each leaves the pods. */
import { decode } from "../../src/api/decode.js";
import { applyDefaults } from "../../src/api/defaults/index.js";
import { parseTimestamp } from "../../src/api/duration.js";
import type { Pod } from "../../src/api/types/index.js";
import { MILLISECOND, SECOND } from "../../src/engine/simulation.js";
import { ADD, DELETE } from "../../src/scheduler/framework/events.js";
import type { QueuedPodInfo } from "../../src/scheduler/framework/queued-pod-info.js";
import { SchedulingQueue } from "../../src/scheduler/queue/scheduling-queue.js";
import { settingOf, storedPod } from "./scheduler-snapshot.js";

export const kind = "queue";

interface Expected {
  readonly pod?: string;
  readonly from?: string;
  readonly active?: readonly string[];
  readonly backoff?: readonly string[];
  readonly unschedulable?: readonly string[];
}

interface Operation {
  readonly op: "add" | "pop" | "scheduled" | "unschedulable" | "nodeAdd" | "assignedPodDelete" | "removeFirstGate" | "delete";
  readonly atMillis: number;
  readonly pod?: string;
  readonly plugins?: readonly string[];
  readonly object?: unknown;
  readonly expect?: Expected;
}

interface QueueCase {
  readonly start: string;
  readonly pods: readonly unknown[];
  readonly ops: readonly Operation[];
  readonly podInitialBackoffSeconds: number;
  readonly podMaxBackoffSeconds: number;
}

export function check({ start, pods: manifests, ops, podInitialBackoffSeconds, podMaxBackoffSeconds }: QueueCase): string[] {
  const { profile, podInfo } = settingOf({});
  const epoch = parseTimestamp(start);
  let now = epoch;
  const queue = new SchedulingQueue({
    now: () => now,
    sort: profile.plugins.queueSort[0],
    preEnqueue: (pod) => profile.runPreEnqueue(pod),
    registrations: (_pod, plugin) => profile.registrations(plugin),
    backoff: { initial: podInitialBackoffSeconds * SECOND, max: podMaxBackoffSeconds * SECOND },
  });
  const pods = new Map(
    manifests.map((manifest) => {
      const info = podInfo(storedPod(manifest));
      return [info.key, info];
    }),
  );
  let popped: QueuedPodInfo | undefined;
  const run = (operation: Operation): Expected => {
    const pod = pods.get(operation.pod ?? "");
    switch (operation.op) {
      case "add":
        queue.add(pod!);
        break;
      case "pop": {
        const hadActive = queue.activeCount > 0;
        popped = queue.pop();
        return { pod: popped?.podInfo.key ?? "", from: hadActive ? "active" : "backoff" };
      }
      case "scheduled":
        queue.forget(popped!.podInfo.uid);
        break;
      case "unschedulable":
        queue.addUnschedulable(popped!, new Set(operation.plugins));
        break;
      case "nodeAdd":
        queue.moveAllToActiveOrBackoff(
          { resource: "Node", actions: ADD, label: "NodeAdd" },
          undefined,
          applyDefaults(decode(operation.object)),
        );
        break;
      case "assignedPodDelete":
        queue.moveAllToActiveOrBackoff(
          { resource: "AssignedPod", actions: DELETE, label: "AssignedPodDelete" },
          storedPod(operation.object),
          undefined,
        );
        break;
      case "removeFirstGate": {
        const { spec, ...rest } = pod!.pod;
        const changed: Pod = { ...rest, spec: { ...spec, schedulingGates: spec.schedulingGates!.slice(1) } };
        const info = podInfo(changed);
        pods.set(info.key, info);
        queue.update(info);
        break;
      }
      case "delete":
        queue.delete(pod!.uid);
        break;
    }
    return { active: keysOf(queue.activePods()), backoff: keysOf(queue.backoffPods()), unschedulable: keysOf(queue.unschedulablePods()) };
  };

  const differences: string[] = [];
  ops.forEach((operation, at) => {
    for (let second = Math.floor(now / SECOND) + 1; second * SECOND <= epoch + operation.atMillis * MILLISECOND; second++) {
      now = second * SECOND;
      queue.flushBackoff();
    }
    now = epoch + operation.atMillis * MILLISECOND;
    const actual = run(operation);
    for (const key of Object.keys(operation.expect ?? {}) as (keyof Expected)[]) {
      const [want, got] = [JSON.stringify(operation.expect![key]), JSON.stringify(actual[key])];
      if (want !== got) differences.push(`op ${at} (${operation.op}) at ${operation.atMillis} ms: ${key} is ${got}, expected ${want}`);
    }
  });
  return differences;
}

function keysOf(pods: readonly QueuedPodInfo[]): readonly string[] {
  return pods.map(({ podInfo }) => podInfo.key).sort();
}
