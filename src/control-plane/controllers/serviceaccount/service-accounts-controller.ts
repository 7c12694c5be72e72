/**
 * Controllers that put one object into every namespace: the service account "default", and the certificate by which pods trust
 * the API server.
 *
 * Source: https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#serviceaccount-controller and kubernetes
 * pkg/controller/serviceaccount/serviceaccounts_controller.go, pkg/controller/certificates/rootcacertpublisher/publisher.go.
 */
import type { ObjectsByKind } from "../../../api/kinds.js";
import type { ApiObject } from "../../../api/types/index.js";
import type { ControllerContext } from "../controller-context.js";
import { namespaceIsTerminating } from "../pod-control.js";
import { sameValue } from "../same-value.js";
import { ApiError, unless, type Task } from "../task.js";

/** Workers of each of the two. Source: cmd/kube-controller-manager/app/core.go. */
const WORKERS = 1;
const DEFAULT_SERVICE_ACCOUNT = "default";
/** Source: RootCACertConfigMapName in publisher.go. */
const ROOT_CA_CONFIG_MAP = "kube-root-ca.crt";

/** Annotation that says what the certificate is for. Source: DescriptionAnnotation and Description in publisher.go. */
const DESCRIPTION = {
  "kubernetes.io/description":
    "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.",
};
/** The simulated API server proves itself to nobody. */
const ROOT_CA = { "ca.crt": "" };

interface PerNamespace<K extends "ServiceAccount" | "ConfigMap"> {
  readonly kind: K;
  readonly account: string;
  readonly name: string;
  readonly create: (namespace: string) => ObjectsByKind[K];
  /** The object as it should be; undefined where it is. Without this others may change it. */
  readonly mend?: (present: ObjectsByKind[K]) => ObjectsByKind[K] | undefined;
}

function keepInEveryNamespace<K extends "ServiceAccount" | "ConfigMap">(
  context: ControllerContext,
  { kind, account, name, create, mend }: PerNamespace<K>,
): void {
  const calls = context.calls(account, account);
  const namespaces = context.informer("Namespace");
  const objects = context.informer(kind);
  const queue = context.queue({ workers: WORKERS, sync });
  const changed = ({ metadata }: ApiObject): void => {
    if (metadata.name === name) queue.add(metadata.namespace!);
  };
  namespaces.addHandlers({
    added: (namespace) => queue.add(namespace.metadata.name),
    updated: (_, namespace) => queue.add(namespace.metadata.name),
  });
  objects.addHandlers({ deleted: changed, ...(mend !== undefined && { updated: (_: ApiObject, object: ApiObject) => changed(object) }) });

  function* sync(namespace: string): Task<void> {
    if (namespaces.get(namespace)?.status?.phase !== "Active") return;
    const present = objects.get(`${namespace}/${name}`);
    if (present !== undefined) {
      const mended = mend?.(present);
      if (mended !== undefined) yield* calls.update<K>(mended);
      return;
    }
    try {
      yield* unless(["AlreadyExists"], calls.create<K>(create(namespace)));
    } catch (error) {
      if (!(error instanceof ApiError) || !namespaceIsTerminating(error)) throw error;
    }
  }
}

export function startServiceAccountsController(context: ControllerContext): void {
  keepInEveryNamespace(context, {
    kind: "ServiceAccount",
    account: "service-account-controller",
    name: DEFAULT_SERVICE_ACCOUNT,
    create: (namespace) => ({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: DEFAULT_SERVICE_ACCOUNT, namespace } }),
  });
}

export function startRootCaCertificatePublisher(context: ControllerContext): void {
  keepInEveryNamespace(context, {
    kind: "ConfigMap",
    account: "root-ca-cert-publisher",
    name: ROOT_CA_CONFIG_MAP,
    create: (namespace) => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: ROOT_CA_CONFIG_MAP, namespace, annotations: DESCRIPTION },
      data: ROOT_CA,
    }),
    mend: (present) => {
      const { annotations } = present.metadata;
      const isDescribed = Object.keys(DESCRIPTION).every((key) => (annotations?.[key] ?? "") !== "");
      if (isDescribed && sameValue(present.data, ROOT_CA)) return undefined;
      return { ...present, metadata: { ...present.metadata, annotations: { ...annotations, ...DESCRIPTION } }, data: ROOT_CA };
    },
  });
}
