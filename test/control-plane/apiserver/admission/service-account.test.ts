import { describe, expect, it } from "vitest";
import type { PodSpec } from "../../../../src/api/types/pod.js";
import type { ServiceAccount } from "../../../../src/api/types/policy.js";
import { podWith, posting } from "./posting.js";

function account(name: string, fields: Partial<ServiceAccount> = {}): ServiceAccount {
  return { apiVersion: "v1", kind: "ServiceAccount", ...fields, metadata: { name, namespace: "default", ...fields.metadata } };
}

const MOUNT_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";
const TOKENS = { serviceAccount: { mountsToken: true } };

function hasToken({ volumes = [] }: PodSpec): boolean {
  return volumes.some(({ name }) => name.startsWith("kube-api-access-"));
}

describe("the service account of a pod", () => {
  it("gives it the secrets by which images are pulled, unless it has its own", () => {
    const { post, podSpec } = posting();
    post(account("puller", { imagePullSecrets: [{ name: "registry" }] }));
    expect(podSpec({ serviceAccountName: "puller" }).imagePullSecrets).toEqual([{ name: "registry" }]);
    expect(podSpec({ serviceAccountName: "puller", imagePullSecrets: [{ name: "own" }] }).imagePullSecrets).toEqual([{ name: "own" }]);
    expect(podSpec({}).imagePullSecrets).toBeUndefined();
  });

  // https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting
  it("may keep its token to itself; what the pod says counts more", () => {
    const { post, podSpec } = posting(TOKENS);
    post(account("shy", { automountServiceAccountToken: false }));
    expect(hasToken(podSpec({}))).toBe(true);
    expect(hasToken(podSpec({ serviceAccountName: "shy" }))).toBe(false);
    expect(hasToken(podSpec({ serviceAccountName: "shy", automountServiceAccountToken: true }))).toBe(true);
    expect(hasToken(podSpec({ automountServiceAccountToken: false }))).toBe(false);
  });

  it("mounts its token in containers that have nothing in its place, from the volume that is there already", () => {
    const { podSpec } = posting(TOKENS);
    const own = { name: "own", image: "x", volumeMounts: [{ name: "mine", mountPath: MOUNT_PATH }] };
    const mine = { name: "mine", emptyDir: {} };
    expect(podSpec({ containers: [own], volumes: [mine] }).volumes).toEqual([mine]);
    const given = { name: "kube-api-access-mine", emptyDir: {} };
    const spec = podSpec({ containers: [own, { name: "other", image: "x" }], volumes: [mine, given] });
    expect(spec.volumes).toEqual([mine, given]);
    expect(spec.containers.map(({ volumeMounts }) => volumeMounts)).toEqual([
      own.volumeMounts,
      [{ name: given.name, readOnly: true, mountPath: MOUNT_PATH }],
    ]);
  });

  it("stays away from mirror pods, which have to be what the kubelet runs", () => {
    const { podSpec } = posting(TOKENS);
    const mirrored = podSpec({ nodeName: "n" }, { annotations: { "kubernetes.io/config.mirror": "u" } });
    expect(mirrored.serviceAccountName).toBeUndefined();
    expect(hasToken(mirrored)).toBe(false);
    expect(hasToken(podSpec({}))).toBe(true);
  });
});

describe("an account with kubernetes.io/enforce-mountable-secrets", () => {
  const strict = account("strict", {
    metadata: { name: "strict", annotations: { "kubernetes.io/enforce-mountable-secrets": "true" } },
    secrets: [{ kind: "Secret", name: "known" }],
    imagePullSecrets: [{ name: "registry" }],
  });
  const uses = (name: string): PodSpec["containers"][number] => ({
    name: "c",
    image: "x",
    env: [{ name: "PASSWORD", valueFrom: { secretKeyRef: { name, key: "k" } } }],
  });

  it.each<[string, Partial<PodSpec>]>([
    [
      'volume with secret.secretName="other" is not allowed because service account strict does not reference that secret',
      { volumes: [{ name: "v", secret: { secretName: "other" } }] },
    ],
    [
      'init container c with envVar PASSWORD referencing secret.secretName="other" is not allowed because service account strict does not reference that secret',
      { initContainers: [uses("other")], containers: [{ name: "d", image: "x" }] },
    ],
    [
      'container c with envVar PASSWORD referencing secret.secretName="other" is not allowed because service account strict does not reference that secret',
      { containers: [uses("other")] },
    ],
    [
      'imagePullSecrets[0].name="other" is not allowed because service account strict does not reference that imagePullSecret',
      { imagePullSecrets: [{ name: "other" }] },
    ],
  ])("refuses pods: %s", (message, fields) => {
    const { post, refusal } = posting();
    post(strict);
    const refused = podWith({ serviceAccountName: "strict", ...fields });
    expect(refusal(refused)).toBe(`pods "${refused.metadata.name}" is forbidden: ${message}`);
  });

  it("lets pods use what it names", () => {
    const { post, podSpec } = posting();
    post(strict);
    const volumes = [{ name: "v", secret: { secretName: "known" } }];
    expect(podSpec({ serviceAccountName: "strict", containers: [uses("known")], volumes }).imagePullSecrets).toEqual([
      { name: "registry" },
    ]);
    expect(podSpec({ volumes: [{ name: "v", secret: { secretName: "other" } }] }).serviceAccountName).toBe("default");
  });
});
