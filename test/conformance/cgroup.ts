/** Settings and paths of cgroups. */
import { parseQuantity } from "../../src/api/quantity.js";
import type { QosClass } from "../../src/api/resources.js";
import type { Pod } from "../../src/api/types/pod.js";
import {
  containerCgroup,
  cpuQuota,
  cpuShares,
  cpuWeightOfContainer,
  cpuWeightOfPod,
  milliCPUFromQuota,
  milliCPUFromShares,
  podCgroup,
  podCgroupPath,
  tierCgroups,
  type CgroupSettings,
} from "../../src/node/usage/cgroups.js";
import { oomScoreAdj } from "../../src/node/usage/oom-score.js";
import { allContainers } from "../../src/node/admission/resources.js";
import { exactDifferences } from "./expected.js";

export const kind = "cgroup";

type CgroupCase =
  | {
      readonly sub: "pod";
      readonly input: {
        readonly pod: Pod;
        readonly cpuCFSQuota: boolean;
        readonly podCPUPeriodMicros: number;
        readonly nodeMemoryCapacity: string;
      };
      readonly expected: unknown;
    }
  | { readonly sub: "convert"; readonly input: { readonly milliCPU: number }; readonly expected: unknown }
  | { readonly sub: "qos-tiers"; readonly input: { readonly pods: readonly Pod[] }; readonly expected: unknown }
  | { readonly sub: "names"; readonly input: { readonly podUID: string }; readonly expected: unknown };

function withPodWeight(settings: CgroupSettings): object {
  return { ...settings, ...(settings.cpuShares !== undefined && { cpuWeightKubelet: cpuWeightOfPod(settings.cpuShares) }) };
}

function withoutEmpty({ hugePageLimits, ...settings }: CgroupSettings): CgroupSettings {
  return hugePageLimits === undefined || Object.keys(hugePageLimits).length === 0 ? settings : { ...settings, hugePageLimits };
}

export function check(testCase: CgroupCase): string[] {
  switch (testCase.sub) {
    case "pod": {
      const { pod, cpuCFSQuota, podCPUPeriodMicros, nodeMemoryCapacity } = testCase.input;
      const containers = allContainers(pod.spec).map((container) => {
        const settings = containerCgroup(container, pod.spec, cpuCFSQuota);
        const weight = cpuWeightOfContainer(settings.cpuShares ?? 0);
        return [
          container.name,
          { ...settings, cpuWeightRuntime: weight, oomScoreAdj: oomScoreAdj(pod, container, parseQuantity(nodeMemoryCapacity).value) },
        ];
      });
      const actual = {
        pod: withPodWeight(withoutEmpty(podCgroup(pod.spec, cpuCFSQuota, podCPUPeriodMicros))),
        containers: Object.fromEntries(containers) as unknown,
      };
      return exactDifferences("", actual, testCase.expected);
    }
    case "convert": {
      const { milliCPU } = testCase.input;
      const shares = cpuShares(milliCPU);
      const actual = {
        shares,
        cpuWeightKubelet: cpuWeightOfPod(shares),
        cpuWeightRuntime: cpuWeightOfContainer(shares),
        quota100ms: cpuQuota(milliCPU),
        quota10ms: cpuQuota(milliCPU, 10_000),
        milliCPUFromQuota: milliCPUFromQuota(cpuQuota(milliCPU)),
        milliCPUFromShares: milliCPUFromShares(shares),
      };
      return exactDifferences("", actual, testCase.expected);
    }
    case "qos-tiers": {
      const cgroups = Object.entries(tierCgroups(testCase.input.pods.map(({ spec }) => spec))).map(([path, settings]) => [
        path,
        withPodWeight(settings),
      ]);
      return exactDifferences("", { cgroups: Object.fromEntries(cgroups) as unknown }, testCase.expected);
    }
    case "names": {
      const paths = (qosClass: QosClass): object => ({
        cgroupfs: podCgroupPath(testCase.input.podUID, qosClass, "cgroupfs"),
        systemd: podCgroupPath(testCase.input.podUID, qosClass, "systemd"),
      });
      return exactDifferences(
        "",
        { guaranteed: paths("Guaranteed"), burstable: paths("Burstable"), besteffort: paths("BestEffort") },
        testCase.expected,
      );
    }
  }
}
