/** Admission of pods by the kubelet, with preemption for critical ones. */
import type { Node } from "../../src/api/types/node.js";
import type { Pod } from "../../src/api/types/pod.js";
import { admitPod, PodsOnNode } from "../../src/node/admission/admission.js";
import { PREEMPTION_MESSAGE, selectVictims } from "../../src/node/admission/critical-pod-preemption.js";
import { exactDifferences } from "./expected.js";

export const kind = "admission";

interface AdmissionCase {
  readonly input: {
    readonly node: Node;
    readonly otherPods: readonly Pod[] | null;
    readonly pod: Pod;
    readonly criticalPodPreemption: boolean;
  };
  readonly expected: { readonly preempted?: readonly string[] };
}

export function check({ input, expected }: AdmissionCase): string[] {
  const others = new PodsOnNode();
  for (const pod of input.otherPods ?? []) others.add(pod.metadata.uid ?? pod.metadata.name, pod);
  const preempted: string[] = [];
  const admission = admitPod(
    input.pod,
    input.node,
    others,
    input.criticalPodPreemption
      ? (insufficient) => {
          const selection = selectVictims(input.pod, [...others.list()], insufficient);
          if (selection.ok)
            for (const victim of selection.victims) preempted.push(`${victim.metadata.name} grace=<nil> Preempting: ${PREEMPTION_MESSAGE}`);
          return selection;
        }
      : undefined,
  );
  return exactDifferences("", { ...admission, ...(expected.preempted !== undefined && { preempted }) }, expected);
}
