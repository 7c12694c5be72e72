/**
 * DefaultTolerationSeconds: pods stay on a node that is not ready or unreachable for a while, unless they say otherwise.
 *
 * Source: kubernetes/plugin/pkg/admission/defaulttolerationseconds.
 */
import type { PodSpec, Toleration } from "../../../api/types/pod.js";
import type { AdmissionPlugin, AdmittedSpec } from "./admission.js";

/** Source: kube-apiserver's --default-not-ready-toleration-seconds and --default-unreachable-toleration-seconds. */
const DEFAULT_SECONDS = 300;
const NOT_READY = "node.kubernetes.io/not-ready";
const UNREACHABLE = "node.kubernetes.io/unreachable";

export interface DefaultTolerationSecondsOptions {
  readonly notReadySeconds?: number;
  readonly unreachableSeconds?: number;
}

function tolerates({ key, effect }: Toleration, taint: string): boolean {
  const anyKey = key === undefined || key === "";
  const anyEffect = effect === undefined || (effect as string) === "";
  return (anyKey || key === taint) && (anyEffect || effect === "NoExecute");
}

export class DefaultTolerationSeconds implements AdmissionPlugin {
  readonly name = "DefaultTolerationSeconds";
  private readonly defaults: readonly Toleration[];

  constructor({ notReadySeconds = DEFAULT_SECONDS, unreachableSeconds = DEFAULT_SECONDS }: DefaultTolerationSecondsOptions = {}) {
    this.defaults = [
      { key: NOT_READY, operator: "Exists", effect: "NoExecute", tolerationSeconds: notReadySeconds },
      { key: UNREACHABLE, operator: "Exists", effect: "NoExecute", tolerationSeconds: unreachableSeconds },
    ];
  }

  admitPodSpec(spec: PodSpec): AdmittedSpec {
    const own = spec.tolerations ?? [];
    const missing = this.defaults.filter(({ key }) => !own.some((toleration) => tolerates(toleration, key!)));
    return missing.length === 0 ? { spec } : { spec: { ...spec, tolerations: [...own, ...missing] } };
  }
}
