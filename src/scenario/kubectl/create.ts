/** kubectl create KIND NAME, and create -f: https://kubernetes.io/docs/reference/kubectl/generated/kubectl_create/ */
import type { ApiObject } from "../../api/types/meta.js";
import {
  aggregationOf,
  oddVerbs,
  CLUSTER_RULE_FLAGS,
  ROLE_REFERENCE_FLAGS,
  roleReferenceOf,
  RULE_FLAGS,
  rulesOf,
  SUBJECT_FLAGS,
  subjectsOf,
} from "./create-access.js";
import { INGRESS_FLAGS, ingressSpecOf } from "./create-ingress.js";
import {
  configMapOf,
  DATA_FLAGS,
  REGISTRY_FLAGS,
  registrySecretOf,
  SECRET_FLAGS,
  secretOf,
  TLS_FLAGS,
  tlsSecretOf,
} from "./create-data.js";
import { BUDGET_FLAGS, budgetOf, PRIORITY_CLASS_FLAGS, priorityClassOf, QUOTA_FLAGS, quotaOf } from "./create-policy.js";
import { CLUSTER_IP_FLAGS, EXTERNAL_NAME_FLAGS, LOAD_BALANCER_FLAGS, NODE_PORT_FLAGS, serviceOf } from "./create-service.js";
import { buildCronJob, buildDeployment, buildJob, CRON_JOB_FLAGS, DEPLOYMENT_FLAGS } from "./create-workload.js";
import { type Arguments, flag, type Flag, required } from "./flags.js";
import { generated } from "./generated.js";
import { ServerError } from "./kubectl-error.js";
import { FILE_FLAGS, fromFile, objectsOf } from "./manifests.js";
import { Outcome, OUTCOME_FLAGS } from "./outcome.js";
import type { Script } from "./script.js";
import { attempt, parseNamed } from "./selection.js";
import type { KubectlSession } from "./session.js";
import { UsageError } from "./usage-error.js";
import type { Verb, VerbContext } from "./verb.js";

/** Flags of all generators that change nothing here. */
const SAVED_FLAGS: readonly Flag[] = [flag("validate", "text", { bare: "strict" }), flag("save-config", "boolean")];

const RBAC = "rbac.authorization.k8s.io/v1";

type Built = Readonly<Record<string, unknown>> & { readonly kind: string; readonly apiVersion: string };
type Build = (name: string, given: Arguments, context: VerbContext) => Built;

/** Annotations of --annotation. Source: kubectl/pkg/cmd/create/create_ingress.go Validate. @throws UsageError */
function annotationsOf(given: Arguments): Record<string, string> {
  return Object.fromEntries(
    given.texts("annotation").map((entry): [string, string] => {
      const equals = entry.indexOf("=");
      if (equals < 0) throw new UsageError(`annotation ${entry} is invalid and should be in format key=[value]`);
      return [entry.slice(0, equals), entry.slice(equals + 1)];
    }),
  );
}

/** The template of a CronJob, with the annotation of a job that was started by hand. */
const jobFromCronJob: Verb = {
  name: "create job",
  flags: [...OUTCOME_FLAGS, ...SAVED_FLAGS, flag("image", "list"), flag("from", "text")],
  prepare(given, context) {
    const outcome = new Outcome(given);
    const name = oneName(given);
    if (given.has("from") && given.afterDashes.length > 0) throw new UsageError("cannot specify --from and command");
    const from = given.text("from");
    if (from === undefined && !given.has("image")) throw new UsageError("either --image or --from must be specified");
    if (from === undefined) {
      const job = placed(buildJob(name, given), name, true, outcome, context);
      return (session) => createFrom(session, job, outcome, "job: ");
    }
    if (given.has("image")) throw new UsageError("either --image or --from must be specified");
    const [cronJob] = parseNamed([{ text: from, offset: 0 }], context.namespace).named;
    if (cronJob.info.kind !== "CronJob") throw new UsageError(`from must be an existing cronjob: ${from}`);
    return function* (session) {
      const { metadata, spec } = yield* session.get({ kind: "CronJob", namespace: cronJob.namespace, name: cronJob.name });
      const { metadata: template = {}, spec: jobSpec } = spec.jobTemplate;
      const owner = { apiVersion: "batch/v1", kind: "CronJob", name: metadata.name, uid: metadata.uid ?? "", controller: true };
      const job = {
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
      };
      yield* createFrom(session, job, outcome, "job: ");
    };
  },
};

/** @throws UsageError unless there is exactly one argument */
function oneName({ positional }: Arguments): string {
  if (positional.length !== 1) {
    const message = `exactly one NAME is required, got ${positional.length}`;
    throw new UsageError(message, positional.at(1)?.offset, { pointer: "arguments" });
  }
  return positional[0].text;
}

/** What is only printed has the namespace only where the command line names one. */
function placed(object: Built, name: string, namespaced: boolean, outcome: Outcome, context: VerbContext): ApiObject {
  const isPlaced = namespaced && (!outcome.isLocal || context.isNamespaceGiven);
  return generated({ ...object, metadata: { name, ...(object.metadata as object), ...(isPlaced && { namespace: context.namespace }) } });
}

/** @param failure what kubectl says before the API server's refusal; undefined: the refusal is passed on as it is */
function* createFrom(session: KubectlSession, object: ApiObject, outcome: Outcome, failure: string | undefined): Script<void> {
  try {
    yield* outcome.create(session, object);
  } catch (error) {
    if (!(error instanceof ServerError) || failure === undefined) throw error;
    throw error.wrapped(`failed to create ${failure}`);
  }
}

interface Generator {
  readonly flags: readonly Flag[];
  readonly build: Build;
  /** See {@link createFrom}. */
  readonly failure?: string;
  /** What is said on stderr before anything is sent. */
  readonly warnings?: (given: Arguments) => readonly string[];
  /** Absent: it has namespaces. */
  readonly isClusterScoped?: boolean;
}

function createVerb(what: string, { flags, build, failure, warnings, isClusterScoped = false }: Generator): Verb {
  return {
    name: `create ${what}`,
    flags: [...OUTCOME_FLAGS, ...SAVED_FLAGS, ...flags],
    prepare(given, context) {
      const outcome = new Outcome(given);
      const name = oneName(given);
      const object = placed(build(name, given, context), name, !isClusterScoped, outcome, context);
      return function* (session) {
        for (const warning of warnings?.(given) ?? []) session.warn(`Warning: ${warning}`);
        yield* createFrom(session, object, outcome, failure);
      };
    },
  };
}

export const createFromFiles: Verb = {
  name: "create",
  flags: [...FILE_FLAGS, ...OUTCOME_FLAGS],
  prepare(given: Arguments, context: VerbContext) {
    const outcome = new Outcome(given);
    const objects = objectsOf(given, context);
    if (objects.length === 0) throw new UsageError("no objects passed to create");
    return function* (session) {
      for (const { object, file } of objects) yield* attempt(session, fromFile("creating", file, outcome.create(session, object)));
    };
  },
};

const ingress: Build = (_, given) => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "Ingress",
  metadata: given.has("annotation") ? { annotations: annotationsOf(given) } : {},
  spec: ingressSpecOf(given),
});

const clusterRole: Build = (_, given) => {
  const aggregation = given.text("aggregation-rule");
  const content = aggregation === undefined ? { rules: rulesOf(given) } : { aggregationRule: aggregationOf(aggregation) };
  return { apiVersion: RBAC, kind: "ClusterRole", ...content };
};

const roleBinding: Build = (_, given) => ({
  apiVersion: RBAC,
  kind: "RoleBinding",
  roleRef: roleReferenceOf(given),
  subjects: subjectsOf(given),
});

const clusterRoleBinding: Build = (_, given) => {
  required(given, "clusterrole");
  return { apiVersion: RBAC, kind: "ClusterRoleBinding", roleRef: roleReferenceOf(given), subjects: subjectsOf(given) };
};

export const createVerbs: readonly Verb[] = [
  createVerb("deployment", {
    flags: DEPLOYMENT_FLAGS,
    build: buildDeployment,
    failure: "deployment: ",
  }),
  createVerb("namespace", { flags: [], build: () => ({ apiVersion: "v1", kind: "Namespace" }), isClusterScoped: true }),
  createVerb("quota", { flags: QUOTA_FLAGS, build: quotaOf, failure: "quota: " }),
  jobFromCronJob,
  createVerb("cronjob", { flags: CRON_JOB_FLAGS, build: buildCronJob, failure: "cronjob: " }),
  createVerb("configmap", { flags: DATA_FLAGS, build: configMapOf, failure: "configmap: " }),
  createVerb("secret generic", { flags: SECRET_FLAGS, build: secretOf, failure: "secret: " }),
  createVerb("secret tls", { flags: TLS_FLAGS, build: tlsSecretOf, failure: "secret: " }),
  createVerb("secret docker-registry", { flags: REGISTRY_FLAGS, build: registrySecretOf, failure: "secret " }),
  createVerb("serviceaccount", { flags: [], build: () => ({ apiVersion: "v1", kind: "ServiceAccount" }), failure: "serviceaccount: " }),
  createVerb("service clusterip", { flags: CLUSTER_IP_FLAGS, build: serviceOf("ClusterIP"), failure: "ClusterIP service: " }),
  createVerb("service nodeport", { flags: NODE_PORT_FLAGS, build: serviceOf("NodePort"), failure: "NodePort service: " }),
  createVerb("service loadbalancer", { flags: LOAD_BALANCER_FLAGS, build: serviceOf("LoadBalancer"), failure: "LoadBalancer service: " }),
  createVerb("service externalname", { flags: EXTERNAL_NAME_FLAGS, build: serviceOf("ExternalName"), failure: "ExternalName service: " }),
  createVerb("ingress", { flags: INGRESS_FLAGS, build: ingress, failure: "ingress: " }),
  createVerb("role", {
    flags: RULE_FLAGS,
    build: (_, given) => ({ apiVersion: RBAC, kind: "Role", rules: rulesOf(given) }),
    warnings: oddVerbs,
  }),
  createVerb("clusterrole", {
    flags: CLUSTER_RULE_FLAGS,
    build: clusterRole,
    warnings: (given) => (given.has("non-resource-url") ? [] : oddVerbs(given)),
    isClusterScoped: true,
  }),
  createVerb("rolebinding", { flags: [...ROLE_REFERENCE_FLAGS, ...SUBJECT_FLAGS], build: roleBinding, failure: "rolebinding: " }),
  createVerb("clusterrolebinding", {
    flags: [flag("clusterrole", "text"), ...SUBJECT_FLAGS],
    build: clusterRoleBinding,
    failure: "clusterrolebinding: ",
    isClusterScoped: true,
  }),
  createVerb("poddisruptionbudget", { flags: BUDGET_FLAGS, build: budgetOf, failure: "poddisruptionbudgets: " }),
  createVerb("priorityclass", { flags: PRIORITY_CLASS_FLAGS, build: priorityClassOf, failure: "priorityclass: ", isClusterScoped: true }),
];
