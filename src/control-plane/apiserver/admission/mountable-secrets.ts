/**
 * Service accounts by which pods may use only the secrets that the account names.
 *
 * Source: limitSecretReferences in kubernetes/plugin/pkg/admission/serviceaccount,
 * https://kubernetes.io/docs/concepts/security/service-accounts/#enforce-mountable-secrets
 */
import type { Container, PodSpec } from "../../../api/types/pod.js";
import type { ServiceAccount } from "../../../api/types/policy.js";

const ENFORCE_ANNOTATION = "kubernetes.io/enforce-mountable-secrets";
/** What Go's strconv.ParseBool takes for true. */
const TRUE: ReadonlySet<string> = new Set(["1", "t", "T", "TRUE", "true", "True"]);

interface SecretReference {
  readonly secretKeyRef?: { readonly name?: string };
}

function unknownInEnvironment(what: string, containers: readonly Container[], known: ReadonlySet<string>): string | undefined {
  for (const { name, env = [] } of containers) {
    for (const { name: variable, valueFrom } of env) {
      const { secretKeyRef } = (valueFrom ?? {}) as SecretReference;
      const secret = secretKeyRef?.name ?? "";
      if (secretKeyRef !== undefined && !known.has(secret))
        return `${what} ${name} with envVar ${variable} referencing secret.secretName="${secret}"`;
    }
  }
  return undefined;
}

/** The first secret that the pod uses and its account does not name, in the API server's words; undefined where there is none. */
export function forbiddenSecret(account: ServiceAccount, spec: PodSpec): string | undefined {
  const { metadata, secrets = [], imagePullSecrets = [] } = account;
  if (!TRUE.has(metadata.annotations?.[ENFORCE_ANNOTATION] ?? "")) return undefined;
  const known = new Set(secrets.map(({ name }) => name));
  const volume = spec.volumes?.find(({ secret }) => secret !== undefined && !known.has(secret.secretName ?? ""));
  const used =
    (volume && `volume with secret.secretName="${volume.secret?.secretName ?? ""}"`) ??
    unknownInEnvironment("init container", spec.initContainers ?? [], known) ??
    unknownInEnvironment("container", spec.containers, known);
  if (used !== undefined) return `${used} is not allowed because service account ${metadata.name} does not reference that secret`;
  const pulls = new Set(imagePullSecrets.map(({ name }) => name));
  const index = (spec.imagePullSecrets ?? []).findIndex(({ name }) => !pulls.has(name));
  if (index < 0) return undefined;
  const { name = "" } = spec.imagePullSecrets![index];
  return `imagePullSecrets[${index}].name="${name}" is not allowed because service account ${metadata.name} does not reference that imagePullSecret`;
}
