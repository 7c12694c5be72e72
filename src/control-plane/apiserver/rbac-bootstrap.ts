/**
 * The roles and bindings with which a cluster begins: what each component of the control plane and of the nodes may do.
 *
 * A table of what the simulated components need, under upstream's names. Nodes are allowed by a role here, where upstream has an
 * authoriser of its own for them.
 *
 * Source of names, subjects and scope: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings
 */
import { kindByResourceName } from "../../api/kinds.js";
import type { ApiObject } from "../../api/types/meta.js";
import type { ClusterRole, ClusterRoleBinding, PolicyRule, RbacSubject } from "../../api/types/policy.js";
import { groupOf } from "./status-errors.js";

const READ = ["get", "list", "watch"];
const WRITE = ["update", "patch"];
const EVERYTHING: PolicyRule = { verbs: ["*"], apiGroups: ["*"], resources: ["*"] };

/** Shorthand for rules: "read nodes pods", "write pods/status", "create delete pods"; groups follow from the resources. */
function rule(text: string): PolicyRule {
  const words = text.split(" ");
  const verbs: string[] = [];
  const resources: string[] = [];
  for (const word of words) {
    if (word === "read") verbs.push(...READ);
    else if (word === "write") verbs.push(...WRITE);
    else if (VERBS.has(word)) verbs.push(word);
    else resources.push(word);
  }
  const groups = new Set(resources.map((resource) => groupOf(kindByResourceName(resource.split("/")[0])?.apiVersion ?? "v1")));
  return { verbs, apiGroups: [...groups], resources };
}

const VERBS: ReadonlySet<string> = new Set([...READ, ...WRITE, "create", "delete"]);
const EVENTS = "create write events";

/** Rights of the controllers, each of which runs under a service account of its own in kube-system. */
const CONTROLLERS: Readonly<Record<string, readonly string[]>> = {
  "attachdetach-controller": [
    "read nodes pods persistentvolumes persistentvolumeclaims csinodes csidrivers",
    "write nodes/status",
    // The status is the external attacher's to write, which runs under this account.
    "create delete read write volumeattachments",
    "write volumeattachments/status",
  ],
  "cronjob-controller": ["read write cronjobs", "write cronjobs/status", "create delete read write jobs", "delete list pods"],
  "daemon-set-controller": [
    "read write daemonsets",
    "write daemonsets/status",
    "read nodes",
    "create delete read write pods",
    "create pods/binding",
    "create delete read write controllerrevisions",
  ],
  "deployment-controller": [
    "read write deployments",
    "write deployments/status",
    "create delete read write replicasets",
    "read write pods",
  ],
  "disruption-controller": [
    "read deployments replicasets replicationcontrollers statefulsets pods",
    "read poddisruptionbudgets",
    "write poddisruptionbudgets/status",
    "write pods/status",
  ],
  "endpoint-controller": ["read services pods", "create delete read write endpoints"],
  "endpointslice-controller": ["read services pods nodes", "write services", "create delete read write endpointslices"],
  "endpointslicemirroring-controller": ["read services", "create delete read write endpointslices"],
  "ephemeral-volume-controller": ["read pods", "create read persistentvolumeclaims"],
  "expand-controller": [
    "read persistentvolumes persistentvolumeclaims storageclasses",
    "write persistentvolumes",
    "write persistentvolumeclaims/status",
  ],
  "generic-garbage-collector": ["* *"],
  "horizontal-pod-autoscaler": [
    "read horizontalpodautoscalers pods",
    "write horizontalpodautoscalers/status",
    "read write deployments replicasets statefulsets replicationcontrollers",
  ],
  "job-controller": ["read write jobs", "write jobs/status", "create delete read write pods"],
  "legacy-service-account-token-cleaner": ["read serviceaccounts secrets"],
  "namespace-controller": ["* *"],
  "node-controller": ["delete read write nodes", "write nodes/status", "write pods/status", "delete read pods", "read leases daemonsets"],
  "persistent-volume-binder": [
    "create delete read write persistentvolumes",
    "write persistentvolumes/status",
    "read write persistentvolumeclaims",
    "write persistentvolumeclaims/status",
    // csidrivers are for the external provisioner, which runs under this account.
    "read storageclasses nodes pods csidrivers",
  ],
  "pod-garbage-collector": ["delete read pods", "write pods/status", "read nodes"],
  "pv-protection-controller": ["read write persistentvolumes"],
  "pvc-protection-controller": ["read write persistentvolumeclaims", "read pods"],
  "replicaset-controller": ["read write replicasets", "write replicasets/status", "create delete read write pods"],
  "replication-controller": ["read write replicationcontrollers", "write replicationcontrollers/status", "create delete read write pods"],
  "resourcequota-controller": ["* *"],
  "root-ca-cert-publisher": ["create write configmaps", "read namespaces"],
  "route-controller": ["read nodes", "write nodes/status"],
  "service-account-controller": ["create read serviceaccounts", "read namespaces"],
  "service-controller": ["read write services", "write services/status", "read nodes"],
  "statefulset-controller": [
    "read write statefulsets",
    "write statefulsets/status",
    "create delete read write pods",
    "create delete read write controllerrevisions",
    "create delete read write persistentvolumeclaims",
  ],
  "taint-eviction-controller": ["delete read pods", "write pods/status", "read nodes"],
  "ttl-after-finished-controller": ["delete read jobs"],
  "ttl-controller": ["read write nodes"],
};

/** Rights of the other components, by role, and to whom each role is bound. */
const COMPONENTS: readonly { readonly role: string; readonly subject: RbacSubject; readonly rules: readonly string[] }[] = [
  {
    role: "system:kube-scheduler",
    subject: { kind: "User", name: "system:kube-scheduler" },
    rules: [
      "read nodes namespaces pods services replicationcontrollers replicasets statefulsets poddisruptionbudgets csinodes csidrivers csistoragecapacities storageclasses volumeattachments",
      "delete pods",
      "create pods/binding",
      "write pods/status",
      "read write persistentvolumes persistentvolumeclaims",
      "create read write leases",
    ],
  },
  {
    role: "system:kube-controller-manager",
    subject: { kind: "User", name: "system:kube-controller-manager" },
    // Its informers are shared by all controllers.
    rules: ["read *", "create read write leases", "create delete read write secrets serviceaccounts"],
  },
  {
    role: "system:node",
    subject: { kind: "Group", name: "system:nodes" },
    rules: [
      "read services nodes pods configmaps secrets persistentvolumes persistentvolumeclaims volumeattachments csidrivers runtimeclasses",
      "create write nodes",
      "write nodes/status",
      "create delete pods",
      "write pods/status",
      "create pods/eviction",
      "create delete read write leases csinodes",
    ],
  },
  {
    role: "system:node-proxier",
    subject: { kind: "User", name: "system:kube-proxy" },
    rules: ["read services endpointslices nodes"],
  },
  {
    role: "system:kube-dns",
    subject: { kind: "ServiceAccount", name: "coredns", namespace: "kube-system" },
    rules: ["read endpointslices services pods namespaces nodes"],
  },
];

const RBAC_GROUP = "rbac.authorization.k8s.io";
const RBAC_VERSION = `${RBAC_GROUP}/v1`;

function rulesOf(texts: readonly string[]): readonly PolicyRule[] {
  return [...texts, EVENTS].map((text) => {
    if (text === "* *") return EVERYTHING;
    return text === "read *" ? { ...EVERYTHING, verbs: READ } : rule(text);
  });
}

function roleAndBinding(name: string, subject: RbacSubject, texts: readonly string[]): ApiObject[] {
  return boundRole(name, [subject], rulesOf(texts));
}

function boundRole(name: string, subjects: readonly RbacSubject[], rules: readonly PolicyRule[]): ApiObject[] {
  const role: ClusterRole = { apiVersion: RBAC_VERSION, kind: "ClusterRole", metadata: { name }, rules };
  const binding: ClusterRoleBinding = {
    apiVersion: RBAC_VERSION,
    kind: "ClusterRoleBinding",
    metadata: { name },
    roleRef: { apiGroup: RBAC_GROUP, kind: "ClusterRole", name },
    subjects,
  };
  return [role, binding];
}

function group(name: string): RbacSubject {
  return { kind: "Group", apiGroup: RBAC_GROUP, name };
}

function creating(apiGroup: string, ...resources: readonly string[]): PolicyRule {
  return { verbs: ["create"], apiGroups: [apiGroup], resources };
}

function reading(...nonResourceURLs: readonly string[]): PolicyRule {
  return { verbs: ["get"], nonResourceURLs };
}

const PUBLIC_PATHS = ["/healthz", "/livez", "/readyz", "/version", "/version/"];

/** What everybody may do who is somebody, and what those who are nobody. Source: plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go */
const EVERYBODY: readonly ApiObject[] = [
  ...boundRole("cluster-admin", [group("system:masters")], [EVERYTHING, { verbs: ["*"], nonResourceURLs: ["*"] }]),
  ...boundRole(
    "system:discovery",
    [group("system:authenticated")],
    [reading("/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", "/readyz", "/version", "/version/")],
  ),
  ...boundRole(
    "system:basic-user",
    [group("system:authenticated")],
    [
      creating("authorization.k8s.io", "selfsubjectaccessreviews", "selfsubjectrulesreviews"),
      creating("authentication.k8s.io", "selfsubjectreviews"),
    ],
  ),
  ...boundRole("system:public-info-viewer", [group("system:authenticated"), group("system:unauthenticated")], [reading(...PUBLIC_PATHS)]),
  ...boundRole(
    "system:service-account-issuer-discovery",
    [group("system:serviceaccounts")],
    [reading("/.well-known/openid-configuration", "/.well-known/openid-configuration/", "/openid/v1/jwks", "/openid/v1/jwks/")],
  ),
];

/** Without these nobody may do anything where permissions are checked. */
export const RBAC_BOOTSTRAP_OBJECTS: readonly ApiObject[] = [
  ...EVERYBODY,
  ...COMPONENTS.flatMap(({ role, subject, rules }) => roleAndBinding(role, subject, rules)),
  ...Object.entries(CONTROLLERS).flatMap(([account, rules]) =>
    roleAndBinding(`system:controller:${account}`, { kind: "ServiceAccount", name: account, namespace: "kube-system" }, rules),
  ),
];

/** Rights of a cluster autoscaler that runs in the cluster. Source: cluster-autoscaler/cloudprovider/aws/examples */
export const CLUSTER_AUTOSCALER_ROLE: readonly ApiObject[] = roleAndBinding(
  "cluster-autoscaler",
  { kind: "ServiceAccount", name: "cluster-autoscaler", namespace: "kube-system" },
  [
    "read namespaces pods services replicationcontrollers persistentvolumeclaims persistentvolumes",
    "read replicasets daemonsets statefulsets jobs poddisruptionbudgets",
    "read storageclasses csinodes csidrivers csistoragecapacities volumeattachments",
    "read write nodes",
    "create pods/eviction",
    "create read write configmaps",
  ],
);

/** Rights of the service that updates managed node groups. Source: https://docs.aws.amazon.com/eks/latest/userguide/default-roles-users.html */
export const NODE_MANAGER_ROLE: readonly ApiObject[] = roleAndBinding("eks:node-manager", { kind: "User", name: "eks:node-manager" }, [
  "read write nodes",
  "delete read pods",
  "create pods/eviction",
]);
