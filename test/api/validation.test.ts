/** What the API server finds wrong, by kind, in upstream's words and order. Source: pkg/apis/*\/validation of Kubernetes. */
import { describe, expect, it } from "vitest";
import { decode } from "../../src/api/decode.js";
import { applyDefaults } from "../../src/api/defaults/index.js";
import type { ApiObject } from "../../src/api/types/index.js";
import { validateCreate, validateUpdate } from "../../src/api/validation/index.js";

const METADATA = { name: "x", namespace: "default", uid: "00000000-0000-4000-8000-000000000000" };
const CONTAINER = { name: "c", image: "i" };

function read(apiVersion: string, kind: string, rest: object): ApiObject {
  return applyDefaults(decode({ apiVersion, kind, metadata: METADATA, ...rest }));
}

function texts(errors: readonly { readonly field: string; readonly message: string }[]): string[] {
  return errors.map(({ field, message }) => `${field}: ${message}`);
}

const pod = (spec: object, container: object = {}): [string, string, object] => [
  "v1",
  "Pod",
  { spec: { containers: [{ ...CONTAINER, ...container }], ...spec } },
];

const RULES: readonly (readonly [what: string, manifest: readonly [string, string, object], mistakes: readonly string[]])[] = [
  [
    "a name that is no DNS name",
    ["v1", "Pod", { metadata: { ...METADATA, name: "Wrong" }, spec: { containers: [CONTAINER] } }],
    [
      "metadata.name: Invalid value: \"Wrong\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    ],
  ],
  [
    "two sources of a volume",
    pod({ volumes: [{ name: "v", emptyDir: {}, hostPath: { path: "/a" } }] }),
    ["spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type"],
  ],
  [
    "volumes and mounts",
    pod(
      { volumes: [{ name: "v", configMap: {} }] },
      { volumeMounts: [{ name: "w", mountPath: "" }, { name: "v", mountPath: "/a", subPath: "../b" }] }, // prettier-ignore
    ),
    [
      "spec.volumes[0].configMap.name: Required value",
      'spec.containers[0].volumeMounts[0].name: Not found: "w"',
      "spec.containers[0].volumeMounts[0].mountPath: Required value",
      // A volume that is wrong is none.
      'spec.containers[0].volumeMounts[1].name: Not found: "v"',
      "spec.containers[0].volumeMounts.subPath: Invalid value: \"../b\": must not contain '..'",
    ],
  ],
  [
    "ids beyond their range",
    pod({ securityContext: { runAsUser: -1 } }, { securityContext: { runAsGroup: -2 } }),
    [
      "spec.containers[0].securityContext.runAsGroup: Invalid value: -2: must be between 0 and 2147483647, inclusive",
      "spec.securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive",
    ],
  ],
  [
    "bounds of a limit range that contradict each other",
    ["v1", "LimitRange", { spec: { limits: [{ type: "Container", min: { cpu: "2" }, max: { cpu: "1" } }, { type: "Container" }] } }],
    [
      'spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1',
      'spec.limits[0].defaultRequest[cpu]: Invalid value: "1": min value 2 is greater than default request value 1',
      'spec.limits[0].default[cpu]: Invalid value: "2": min value 2 is greater than default value 1',
      'spec.limits[1].type: Duplicate value: "Container"',
    ],
  ],
  [
    "amounts and scopes of a quota",
    ["v1", "ResourceQuota", { spec: { hard: { pods: "-1", nonsense: "1" }, scopes: ["BestEffort", "NotBestEffort"] } }],
    [
      'spec.hard[pods]: Invalid value: "-1": must be greater than or equal to 0',
      'spec.hard[nonsense]: Invalid value: "nonsense": must be a standard resource type or fully qualified',
      'spec.hard[nonsense]: Invalid value: "nonsense": must be a standard resource for quota',
      'spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: conflicting scopes',
    ],
  ],
  [
    "rules of a role",
    [
      "rbac.authorization.k8s.io/v1",
      "Role",
      {
        rules: [
          { verbs: [], resources: ["pods"] },
          { verbs: ["get"], nonResourceURLs: ["/a"] },
        ],
      },
    ],
    [
      "rules[0].verbs: Required value: verbs must contain at least one value",
      "rules[0].apiGroups: Required value: resource rules must supply at least one api group",
      'rules[1].nonResourceURLs: Invalid value: ["/a"]: namespaced rules cannot apply to non-resource URLs',
    ],
  ],
  [
    "what a role is bound to",
    [
      "rbac.authorization.k8s.io/v1",
      "RoleBinding",
      { roleRef: { apiGroup: "x", kind: "Foo", name: "" }, subjects: [{ kind: "Foo", name: "a" }] },
    ],
    [
      'roleRef.apiGroup: Unsupported value: "x": supported values: "rbac.authorization.k8s.io"',
      'roleRef.kind: Unsupported value: "Foo": supported values: "Role", "ClusterRole"',
      "roleRef.name: Required value",
      'subjects[0].kind: Unsupported value: "Foo": supported values: "ServiceAccount", "User", "Group"',
    ],
  ],
  [
    "owners and finalizers",
    [...pod({})].with(2, {
      ...pod({})[2],
      metadata: { ...METADATA, finalizers: ["noslash"], ownerReferences: [{ apiVersion: "v1", kind: "Event", name: "a", uid: "" }] },
    }) as [string, string, object],
    [
      'metadata.ownerReferences.uid: Invalid value: "": must not be empty',
      'metadata.ownerReferences: Invalid value: {"apiVersion":"v1","kind":"Event","name":"a","uid":""}: /v1, Kind=Event is disallowed from being an owner',
      'metadata.finalizers[0]: Invalid value: "noslash": name is neither a standard finalizer name nor is it fully qualified',
    ],
  ],
  [
    "a claim's modes and size",
    ["v1", "PersistentVolumeClaim", { spec: { accessModes: ["Foo"], resources: { requests: { storage: "0" } } } }],
    [
      'spec.accessModes: Unsupported value: "Foo": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"',
      'spec.resources[storage]: Invalid value: "0": must be greater than zero',
    ],
  ],
  [
    "what a stateful set's pods may not be",
    [
      "apps/v1",
      "StatefulSet",
      {
        spec: {
          serviceName: "x",
          podManagementPolicy: "Foo",
          selector: { matchLabels: { a: "b" } },
          template: { metadata: { labels: { a: "c" } }, spec: { activeDeadlineSeconds: 3, containers: [CONTAINER] } },
        },
      },
    ],
    [
      "spec.podManagementPolicy: Invalid value: \"Foo\": must be 'OrderedReady' or 'Parallel'",
      'spec.template.metadata.labels: Invalid value: {"a":"c"}: `selector` does not match template `labels`',
      "spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in StatefulSet is not Supported",
    ],
  ],
  [
    "what a network policy lets in",
    [
      "networking.k8s.io/v1",
      "NetworkPolicy",
      { spec: { podSelector: {}, policyTypes: ["Foo"], ingress: [{ from: [{}], ports: [{ port: 70000 }] }] } },
    ],
    [
      "spec.ingress[0].ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive",
      "spec.ingress[0].from[0]: Required value: must specify a peer",
      'spec.policyTypes[0]: Unsupported value: "Foo": supported values: "Ingress", "Egress"',
    ],
  ],
];

describe("validation", () => {
  it.each(RULES)("finds %s", (_what, [apiVersion, kind, rest], mistakes) => {
    expect(texts(validateCreate(read(apiVersion, kind, rest)))).toEqual(mistakes);
  });

  it("keeps a priority class's value and policy", () => {
    const stored = { value: 1, metadata: { ...METADATA, namespace: undefined, resourceVersion: "1" } };
    const [previous, next] = [stored, { ...stored, value: 2, preemptionPolicy: "Never" }].map((rest) =>
      read("scheduling.k8s.io/v1", "PriorityClass", JSON.parse(JSON.stringify(rest)) as object),
    );
    expect(texts(validateUpdate(next, previous))).toEqual([
      "value: Forbidden: may not be changed in an update.",
      'preemptionPolicy: Invalid value: "Never": field is immutable',
    ]);
  });
});
