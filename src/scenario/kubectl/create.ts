/** kubectl create KIND NAME, and create -f: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_create/ */
import type { ApiObject } from "../../api/types/meta.js";
import {
  aggregationOf,
  CLUSTER_RULE_FLAGS,
  ROLE_REFERENCE_FLAGS,
  roleReferenceOf,
  RULE_FLAGS,
  rulesOf,
  SUBJECT_FLAGS,
  subjectsOf,
} from "./create-access.js";
import { INGRESS_FLAGS, ingressSpecOf } from "./create-ingress.js";
import { type Arguments, flag, type Flag } from "./flags.js";
import { createAll, createOne, FILE_FLAGS, objectsOf } from "./manifests.js";
import { parseNamed } from "./selection.js";
import { UsageError } from "./usage-error.js";
import type { Verb, VerbContext } from "./verb.js";

const RBAC = "rbac.authorization.k8s.io/v1";

type Build = (name: string, given: Arguments) => Readonly<Record<string, unknown>> & { readonly kind: string; readonly apiVersion: string };

/** NAME=VALUE pairs of a flag. @throws UsageError */
function pairs(given: Arguments, flagName: string, values: readonly string[] = given.list(flagName)): Record<string, string> {
  return Object.fromEntries(
    values.map((entry): [string, string] => {
      const equals = entry.indexOf("=");
      if (equals <= 0) throw new UsageError(`--${flagName}: ${entry}: must be NAME=VALUE`);
      return [entry.slice(0, equals), entry.slice(equals + 1)];
    }),
  );
}

function required(given: Arguments, name: string): string {
  const value = given.text(name);
  if (value === undefined) throw new UsageError(`required flag(s) "${name}" not set`);
  return value;
}

function commandOf(given: Arguments): { readonly command?: readonly string[] } {
  return given.afterDashes.length === 0 ? {} : { command: given.afterDashes.map(({ text }) => text) };
}

/** The name that kubectl gives a container: its image's last part. */
export function containerNameOf(image: string): string {
  return (image.split("/").at(-1) ?? image).split(/[:@]/)[0];
}

function buildDeployment(name: string, given: Arguments): ReturnType<Build> {
  const images = given.list("image");
  if (images.length === 0) throw new UsageError('required flag(s) "image" not set');
  const port = given.integer("port");
  const labels = { app: name };
  const containers = images.map((image, index) => ({
    name: containerNameOf(image),
    image,
    ...(index === 0 && port !== undefined && { ports: [{ containerPort: port }] }),
    ...commandOf(given),
  }));
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, labels },
    spec: {
      replicas: given.integer("replicas") ?? 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    },
  };
}

function buildJob(name: string, given: Arguments): ReturnType<Build> {
  return { apiVersion: "batch/v1", kind: "Job", metadata: { name }, spec: jobSpec(name, given, "Never") };
}

/** The template of a CronJob, with the annotation of a job that was started by hand. */
const jobFromCronJob: Verb = {
  name: "create job",
  flags: [flag("image", "list"), flag("from", "text")],
  prepare(given, context) {
    const name = oneName(given);
    const from = given.text("from");
    if (from === undefined && !given.has("image")) throw new UsageError("either --image or --from must be specified");
    if (from === undefined) return (session) => createOne(session, placed(buildJob(name, given), name, context.namespace));
    if (given.has("image")) throw new UsageError("either --image or --from must be specified");
    const [cronJob] = parseNamed([{ text: from, offset: 0 }], context.namespace).named;
    if (cronJob.info.kind !== "CronJob") throw new UsageError(`--from: ${from}: must be cronjob/NAME`);
    return function* (session) {
      const { metadata, spec } = yield* session.get({ kind: "CronJob", namespace: cronJob.namespace, name: cronJob.name });
      const { metadata: template = {}, spec: jobSpec } = spec.jobTemplate;
      const owner = { apiVersion: "batch/v1", kind: "CronJob", name: metadata.name, uid: metadata.uid ?? "", controller: true };
      yield* createOne(session, {
        apiVersion: "batch/v1",
        kind: "Job",
        metadata: {
          ...template,
          name,
          namespace: context.namespace,
          annotations: { ...template.annotations, "cronjob.kubernetes.io/instantiate": "manual" },
          ownerReferences: [owner],
        },
        spec: jobSpec,
      } as ApiObject);
    };
  },
};

function jobSpec(name: string, given: Arguments, restartPolicy: string) {
  return { template: { spec: { restartPolicy, containers: [{ name, image: required(given, "image"), ...commandOf(given) }] } } };
}

function buildCronJob(name: string, given: Arguments): ReturnType<Build> {
  const restartPolicy = given.text("restart") ?? "OnFailure";
  return {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name },
    spec: { schedule: required(given, "schedule"), jobTemplate: { metadata: { name }, spec: jobSpec(name, given, restartPolicy) } },
  };
}

function buildQuota(name: string, given: Arguments): ReturnType<Build> {
  const scopes = given.list("scopes");
  return {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name },
    spec: { hard: pairs(given, "hard"), ...(scopes.length > 0 && { scopes }) },
  };
}

function buildBudget(name: string, given: Arguments): ReturnType<Build> {
  const bound = (text: string) => (/^\d+$/.test(text) ? Number(text) : text);
  const least = given.text("min-available");
  const most = given.text("max-unavailable");
  if ((least === undefined) === (most === undefined)) throw new UsageError("one of min-available or max-unavailable must be specified");
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name },
    spec: {
      selector: { matchLabels: pairs(given, "selector", required(given, "selector").split(",")) },
      ...(least !== undefined && { minAvailable: bound(least) }),
      ...(most !== undefined && { maxUnavailable: bound(most) }),
    },
  };
}

interface BuiltService {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: object;
  readonly spec: { readonly ports: readonly object[] };
  readonly [field: string]: unknown;
}

function buildService(type: "ClusterIP" | "NodePort" | "LoadBalancer"): (name: string, given: Arguments) => BuiltService {
  return (name, given) => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, labels: { app: name } },
    spec: {
      type,
      selector: { app: name },
      ports: given.list("tcp").map((entry) => {
        const [port, target = port] = entry.split(":");
        return { name: `${port}-${target}`, port: Number(port), targetPort: Number(target), protocol: "TCP" };
      }),
    },
  });
}

function buildPriorityClass(name: string, given: Arguments): ReturnType<Build> {
  const description = given.text("description");
  const preemptionPolicy = given.text("preemption-policy");
  return {
    apiVersion: "scheduling.k8s.io/v1",
    kind: "PriorityClass",
    metadata: { name },
    value: given.integer("value") ?? 0,
    ...(given.isSet("global-default") && { globalDefault: true }),
    ...(description !== undefined && { description }),
    ...(preemptionPolicy !== undefined && { preemptionPolicy }),
  };
}

const literals = flag("from-literal", "texts");
const image = flag("image", "list");
const tcp = flag("tcp", "list");

/** @throws UsageError unless there is exactly one argument */
function oneName(given: Arguments): string {
  const [word, more] = given.positional;
  if (word === undefined) throw new UsageError("exactly one NAME is required, got 0");
  if (more !== undefined) throw new UsageError(`exactly one NAME is required, got ${given.positional.length}`, more.offset);
  return word.text;
}

function placed(object: ReturnType<Build>, name: string, namespace: string | undefined): ApiObject {
  return { ...object, metadata: { ...(object.metadata as object), name, ...(namespace !== undefined && { namespace }) } };
}

function createVerb(what: string, flags: readonly Flag[], build: Build, namespaced = true): Verb {
  return {
    name: `create ${what}`,
    flags,
    prepare(given, context) {
      const name = oneName(given);
      const object = placed(build(name, given), name, namespaced ? context.namespace : undefined);
      return (session) => createOne(session, object);
    },
  };
}

export const createFromFiles: Verb = {
  name: "create",
  flags: FILE_FLAGS,
  prepare(given: Arguments, context: VerbContext) {
    const objects = objectsOf(given, context);
    return (session) => createAll(session, objects);
  },
};

export const createVerbs: readonly Verb[] = [
  createVerb("deployment", [image, flag("replicas", "integer", { short: "r" }), flag("port", "integer")], buildDeployment),
  createVerb("namespace", [], () => ({ apiVersion: "v1", kind: "Namespace" }), false),
  createVerb("quota", [flag("hard", "list"), flag("scopes", "list")], buildQuota),
  jobFromCronJob,
  createVerb("cronjob", [image, flag("schedule", "text"), flag("restart", "text", { values: ["OnFailure", "Never"] })], buildCronJob),
  createVerb("configmap", [literals], (_, given) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    data: pairs(given, "from-literal", given.texts("from-literal")),
  })),
  createVerb("secret generic", [literals], (_, given) => ({
    apiVersion: "v1",
    kind: "Secret",
    type: "Opaque",
    stringData: pairs(given, "from-literal", given.texts("from-literal")),
  })),
  createVerb("serviceaccount", [], () => ({ apiVersion: "v1", kind: "ServiceAccount" })),
  createVerb("service externalname", [tcp, flag("external-name", "text")], (name, given) => ({
    ...buildService("ClusterIP")(name, given),
    spec: {
      type: "ExternalName",
      externalName: required(given, "external-name"),
      ...(given.has("tcp") && { ports: buildService("ClusterIP")(name, given).spec.ports }),
    },
  })),
  createVerb("ingress", INGRESS_FLAGS, (_, given) => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: given.has("annotation") ? { annotations: pairs(given, "annotation", given.texts("annotation")) } : {},
    spec: ingressSpecOf(given),
  })),
  createVerb("role", RULE_FLAGS, (_, given) => ({ apiVersion: RBAC, kind: "Role", rules: rulesOf(given) })),
  createVerb(
    "clusterrole",
    CLUSTER_RULE_FLAGS,
    (_, given) => {
      const aggregation = given.text("aggregation-rule");
      const content = aggregation === undefined ? { rules: rulesOf(given) } : { aggregationRule: aggregationOf(aggregation) };
      return { apiVersion: RBAC, kind: "ClusterRole", ...content };
    },
    false,
  ),
  createVerb("rolebinding", [...ROLE_REFERENCE_FLAGS, ...SUBJECT_FLAGS], (_, given) => ({
    apiVersion: RBAC,
    kind: "RoleBinding",
    roleRef: roleReferenceOf(given),
    subjects: subjectsOf(given),
  })),
  createVerb(
    "clusterrolebinding",
    [flag("clusterrole", "text"), ...SUBJECT_FLAGS],
    (_, given) => {
      required(given, "clusterrole");
      return { apiVersion: RBAC, kind: "ClusterRoleBinding", roleRef: roleReferenceOf(given), subjects: subjectsOf(given) };
    },
    false,
  ),
  createVerb("service clusterip", [tcp], buildService("ClusterIP")),
  createVerb("service nodeport", [tcp], buildService("NodePort")),
  createVerb("service loadbalancer", [tcp], buildService("LoadBalancer")),
  createVerb(
    "poddisruptionbudget",
    [flag("selector", "text"), flag("min-available", "text"), flag("max-unavailable", "text")],
    buildBudget,
  ),
  createVerb(
    "priorityclass",
    [
      flag("value", "integer"),
      flag("global-default", "boolean"),
      flag("description", "text"),
      flag("preemption-policy", "text", { values: ["PreemptLowerPriority", "Never"] }),
    ],
    buildPriorityClass,
    false,
  ),
];
