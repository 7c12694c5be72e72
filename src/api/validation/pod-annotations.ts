/**
 * Annotations of pods that mean something to Kubernetes, or to the simulator. Source of the former: ValidatePodSpecificAnnotations in
 * pkg/apis/core/validation/validation.go.
 */
import { behaviorAnnotationProblem } from "../behavior-annotations.js";
import type { PodSpec } from "../types/pod.js";
import { invalid, type FieldError } from "./field-error.js";

const MIRROR = "kubernetes.io/config.mirror";
const DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";
const APP_ARMOR_PREFIX = "container.apparmor.security.beta.kubernetes.io/";

const MAX_INT32 = 2 ** 31 - 1;

/** A decimal number without plus sign and leading zeros. */
function isInt32(text: string): boolean {
  return /^(0|-?[1-9]\d*|-0\d*)$/.test(text) && Number(text) >= -MAX_INT32 - 1 && Number(text) <= MAX_INT32;
}

function isAppArmorProfile(profile: string): boolean {
  return profile === "" || profile === "runtime/default" || profile === "unconfined" || profile.startsWith("localhost/");
}

export function validatePodAnnotations(
  field: string,
  annotations: Readonly<Record<string, string>> | undefined,
  spec: PodSpec | undefined,
): FieldError[] {
  if (annotations === undefined) return [];
  const errors: FieldError[] = [];
  const mirror = annotations[MIRROR];
  if (mirror !== undefined && (spec?.nodeName ?? "") === "")
    errors.push(invalid(`${field}[${MIRROR}]`, mirror, "must set spec.nodeName if mirror pod annotation is set"));
  const cost = annotations[DELETION_COST];
  if (cost !== undefined && !isInt32(cost)) errors.push(invalid(`${field}[${DELETION_COST}]`, cost, "must be a 32bit integer"));
  for (const [key, profile] of Object.entries(annotations)) {
    const problem = behaviorAnnotationProblem(key, profile);
    if (problem !== undefined) errors.push(invalid(`${field}[${key}]`, profile, problem));
    if (!key.startsWith(APP_ARMOR_PREFIX)) continue;
    const container = key.slice(APP_ARMOR_PREFIX.length);
    const containers = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
    if (!containers.some(({ name }) => name === container)) errors.push(invalid(`${field}[${key}]`, container, "container not found"));
    if (!isAppArmorProfile(profile))
      errors.push(invalid(`${field}[${key}]`, profile, `invalid AppArmor profile name: ${JSON.stringify(profile)}`));
  }
  return errors;
}
