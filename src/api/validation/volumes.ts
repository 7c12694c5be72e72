/** Validation of a pod's volumes. Source: ValidateVolumes in pkg/apis/core/validation/validation.go. */
import type { Volume } from "../types/pod.js";
import { duplicate, invalid, required, type FieldError } from "./field-error.js";
import { check } from "./metadata.js";
import { dnsLabel, dnsSubdomain } from "./names.js";
import { POD_VOLUMES, validateSources } from "./volume-sources.js";

/** Validates volumes; those that are right are returned by name, for the mounts. */
export function validateVolumes(
  field: string,
  volumes: readonly Volume[],
): { readonly errors: FieldError[]; readonly known: ReadonlyMap<string, Volume> } {
  const errors: FieldError[] = [];
  const known = new Map<string, Volume>();
  for (const [index, volume] of volumes.entries()) {
    const path = `${field}[${index}]`;
    const own = validateSources(path, volume, POD_VOLUMES);
    if ((volume.name ?? "") === "") own.push(required(`${path}.name`));
    else own.push(...check(`${path}.name`, volume.name, dnsLabel));
    if (known.has(volume.name)) own.push(duplicate(`${path}.name`, volume.name));
    if (own.length === 0) known.set(volume.name, volume);
    else errors.push(...own);
  }
  return { errors, known };
}

/** Claims that are made for a pod's ephemeral volumes have names of the pod and the volume, which no other volume may refer to. */
export function validateEphemeralClaims(field: string, volumes: readonly Volume[], podName: string): FieldError[] {
  const claims = new Set(volumes.filter(({ ephemeral }) => ephemeral !== undefined).map(({ name }) => `${podName}-${name}`));
  if (claims.size === 0) return [];
  return volumes.flatMap(({ name, ephemeral, persistentVolumeClaim }, index) => {
    const path = `${field}[${index}]`;
    const claim = `${podName}-${name}`;
    const wrong = ephemeral === undefined ? [] : dnsSubdomain(claim);
    const { claimName = "" } = (persistentVolumeClaim ?? {}) as { readonly claimName?: string };
    return [
      ...wrong.map((message) => invalid(`${path}.name`, name, `PVC name ${JSON.stringify(claim)}: ${message}`)),
      ...(claims.has(claimName)
        ? [
            invalid(
              `${path}.persistentVolumeClaim.claimName`,
              claimName,
              "must not reference a PVC that gets created for an ephemeral volume",
            ),
          ]
        : []),
    ];
  });
}
