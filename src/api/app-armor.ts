/**
 * AppArmor profiles in annotations, which came before the field: a new pod's containers get the field that the annotation stands for.
 *
 * Source: applyAppArmorVersionSkew in k8s.io/kubernetes/pkg/registry/core/pod/strategy.go,
 * https://kubernetes.io/docs/tutorials/security/apparmor/#specifying-apparmor-confinement
 */
import type { Labels } from "./types/meta.js";
import type { Container, PodSpec } from "./types/pod.js";
import { semanticallyEqual } from "./validation/sameness.js";

const ANNOTATION_PREFIX = "container.apparmor.security.beta.kubernetes.io/";
const LOCALHOST_PREFIX = "localhost/";

interface AppArmorProfile {
  readonly type: "Unconfined" | "RuntimeDefault" | "Localhost";
  readonly localhostProfile?: string;
}

type Contexts = Readonly<Record<string, unknown>> & { readonly appArmorProfile?: AppArmorProfile };

/** The field that an annotation stands for; undefined where it stands for none that is valid. */
function profileOf(annotation: string): AppArmorProfile | undefined {
  if (annotation === "unconfined") return { type: "Unconfined" };
  if (annotation === "runtime/default") return { type: "RuntimeDefault" };
  const localhostProfile = annotation.startsWith(LOCALHOST_PREFIX) ? annotation.slice(LOCALHOST_PREFIX.length) : "";
  return localhostProfile === "" || localhostProfile !== localhostProfile.trim() ? undefined : { type: "Localhost", localhostProfile };
}

function withProfile(container: Container, annotations: Labels, whole: AppArmorProfile | undefined): Container {
  const annotation: string | undefined = annotations[ANNOTATION_PREFIX + container.name];
  const own: Contexts | undefined = container.securityContext;
  if (annotation === undefined || own?.appArmorProfile !== undefined) return container;
  const appArmorProfile = profileOf(annotation);
  if (appArmorProfile === undefined || semanticallyEqual(appArmorProfile, whole)) return container;
  return { ...container, securityContext: { ...own, appArmorProfile } };
}

const profiled = new WeakMap<PodSpec, Map<string, PodSpec>>();

/** The spec with the profiles that the pod's annotations name; pods that share spec and profiles share the result. */
export function withAppArmorProfiles(spec: PodSpec, annotations: Labels | undefined): PodSpec {
  const named = Object.entries(annotations ?? {}).filter(([key]) => key.startsWith(ANNOTATION_PREFIX));
  if (named.length === 0 || spec.os?.name === "windows") return spec;
  let byProfiles = profiled.get(spec);
  if (byProfiles === undefined) profiled.set(spec, (byProfiles = new Map<string, PodSpec>()));
  const key = JSON.stringify(named);
  let result = byProfiles.get(key);
  if (result === undefined) {
    const given = Object.fromEntries(named);
    const whole = spec.securityContext?.["appArmorProfile"] as AppArmorProfile | undefined;
    const complete = (containers: readonly Container[]) => containers.map((container) => withProfile(container, given, whole));
    result = {
      ...spec,
      containers: complete(spec.containers),
      ...(spec.initContainers !== undefined && { initContainers: complete(spec.initContainers) }),
    };
    byProfiles.set(key, result);
  }
  return result;
}
