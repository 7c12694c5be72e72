/** What -h prints: what a command does, its flags and how it is used. The layout is kubectl's, the words are not. */
import { type Flag, type FlagType, GLOBAL_FLAGS } from "./flags.js";
import { alignColumns } from "./table.js";
import type { Verb } from "./verb.js";

const SUMMARIES: Readonly<Record<string, string>> = {
  run: "Make a pod that runs an image",
  create: "Make objects from files, or one by its generator",
  "create clusterrole": "Make a ClusterRole",
  "create clusterrolebinding": "Make a ClusterRoleBinding",
  "create configmap": "Make a ConfigMap from literal values and files",
  "create cronjob": "Make a CronJob that runs an image",
  "create deployment": "Make a Deployment that runs images",
  "create ingress": "Make an Ingress from its rules",
  "create job": "Make a Job that runs an image, or from a CronJob",
  "create namespace": "Make a Namespace",
  "create poddisruptionbudget": "Make a PodDisruptionBudget",
  "create priorityclass": "Make a PriorityClass",
  "create quota": "Make a ResourceQuota",
  "create role": "Make a Role",
  "create rolebinding": "Make a RoleBinding",
  "create secret": "Make a Secret",
  "create secret docker-registry": "Make a Secret with which images are pulled",
  "create secret generic": "Make a Secret from literal values and files",
  "create secret tls": "Make a Secret from a certificate and its key",
  "create service": "Make a Service",
  "create service clusterip": "Make a Service that has an address within the cluster, or none",
  "create service externalname": "Make a Service that stands for a name of the DNS",
  "create service loadbalancer": "Make a Service with a load balancer",
  "create service nodeport": "Make a Service with a port of each node",
  "create serviceaccount": "Make a ServiceAccount",
  apply: "Make objects be as their manifests say",
  "apply view-last-applied": "Show what was applied last",
  diff: "Show what an apply would change",
  replace: "Write objects as they are in files",
  patch: "Change fields of objects",
  delete: "Delete objects",
  get: "Show objects in tables or as they are",
  describe: "Show objects with what belongs to them",
  explain: "Show the fields of a resource",
  events: "Show events, the oldest first",
  top: "Show what nodes or pods use",
  "top node": "Show what nodes use",
  "top pod": "Show what pods use",
  scale: "Set the number of replicas",
  autoscale: "Make a HorizontalPodAutoscaler for a workload",
  set: "Set features of objects",
  "set env": "Set environment variables of containers",
  "set image": "Set images of containers",
  "set resources": "Set requests and limits of containers",
  "set selector": "Set the selector of a Service",
  "set serviceaccount": "Set the ServiceAccount of a pod template",
  "set subject": "Add subjects to a role binding",
  rollout: "Look after roll-outs",
  "rollout history": "Show the revisions",
  "rollout pause": "Hold changes back from being rolled out",
  "rollout restart": "Replace the pods by new ones",
  "rollout resume": "Go on with a paused roll-out",
  "rollout status": "Wait until a roll-out is done",
  "rollout undo": "Go back to an earlier revision",
  expose: "Make a Service for a workload, pod or service",
  label: "Change labels of objects",
  annotate: "Change annotations of objects",
  taint: "Change taints of nodes",
  cordon: "Keep new pods off nodes",
  uncordon: "Let new pods onto nodes again",
  drain: "Take the pods off nodes",
  exec: "Run a command in a container",
  wait: "Wait for a condition of objects",
  auth: "Ask about permissions",
  "auth can-i": "Ask whether something is allowed",
  "auth whoami": "Show who you are",
  "api-resources": "Show the resources that are served",
  "api-versions": "Show the API versions that are served",
  "cluster-info": "Show where the control plane is",
  version: "Show the versions of client and server",
};

/** What a flag is without being given. */
const DEFAULTS: Readonly<Record<FlagType, string>> = {
  boolean: "false",
  text: "''",
  integer: "0",
  int32: "0",
  duration: "0s",
  list: "[]",
  texts: "[]",
};

function summaryOf(name: string): string {
  return SUMMARIES[name] ?? `kubectl ${name}`;
}

function optionLine({ name, short, type }: Flag): string {
  return `    ${short === undefined ? "" : `-${short}, `}--${name}=${DEFAULTS[type]}`;
}

/** The help of a verb. */
export function verbHelp({ name, flags }: Verb): readonly string[] {
  const options = [...flags, ...GLOBAL_FLAGS].filter(({ refusal }) => refusal === undefined).sort((a, b) => (a.name < b.name ? -1 : 1));
  return [`${summaryOf(name)}.`, "", "Options:", ...options.map(optionLine), "", "Usage:", `  kubectl ${name} [options]`];
}

/** The help of a group of commands, or of kubectl itself where the name is empty. */
export function groupHelp(name: string, verbs: readonly Verb[]): readonly string[] {
  const prefix = name === "" ? "" : `${name} `;
  const parts = verbs.filter((verb) => verb.name.startsWith(prefix)).map((verb) => verb.name.slice(prefix.length).split(" ")[0]);
  const rows = [...new Set(parts)].sort().map((part) => [`  ${part}`, summaryOf(prefix + part)]);
  return [
    `${name === "" ? "kubectl, as far as it is simulated" : summaryOf(name)}.`,
    "",
    "Available Commands:",
    ...alignColumns(rows),
    "",
    "Usage:",
    `  kubectl ${prefix}COMMAND [options]`,
    "",
    `Use "kubectl ${prefix}COMMAND --help" for more information about a command.`,
  ];
}
