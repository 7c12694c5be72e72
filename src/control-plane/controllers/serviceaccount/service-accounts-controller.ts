/**
 * Controllers that put one object into every namespace: the service account "default", and the certificate by which pods trust
 * the API server.
 *
 * Source: https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#serviceaccount-controller and kubernetes
 * pkg/controller/serviceaccount/serviceaccounts_controller.go, pkg/controller/certificates/rootcacertpublisher/publisher.go.
 */
import type { ApiObject, ConfigMap, ServiceAccount } from "../../../api/types/index.js";
import type { Informer } from "../../apiserver/client.js";
import type { ControllerContext } from "../controller-context.js";
import { namespaceIsTerminating } from "../pod-control.js";
import { ApiError, unless, type Task } from "../task.js";

/** Workers of each of the two. Source: cmd/kube-controller-manager/app/core.go. */
const WORKERS = 1;
const DEFAULT_SERVICE_ACCOUNT = "default";
/** Source: RootCACertConfigMapName in publisher.go. */
const ROOT_CA_CONFIG_MAP = "kube-root-ca.crt";

interface PerNamespace {
  readonly kind: "ServiceAccount" | "ConfigMap";
  readonly account: string;
  readonly name: string;
  readonly create: (namespace: string) => ServiceAccount | ConfigMap;
}

function keepInEveryNamespace(context: ControllerContext, { kind, account, name, create }: PerNamespace): void {
  const calls = context.calls(account, account);
  const namespaces = context.informer("Namespace");
  const objects = context.informer(kind) as unknown as Informer<ApiObject>;
  const queue = context.queue({ workers: WORKERS, sync });
  namespaces.addHandlers({
    added: (namespace) => queue.add(namespace.metadata.name),
    updated: (_, namespace) => queue.add(namespace.metadata.name),
  });
  objects.addHandlers({
    deleted: ({ metadata }) => {
      if (metadata.name === name) queue.add(metadata.namespace!);
    },
  });

  function* sync(namespace: string): Task<void> {
    if (namespaces.get(namespace)?.status?.phase !== "Active" || objects.get(`${namespace}/${name}`) !== undefined) return;
    try {
      yield* unless(["AlreadyExists"], calls.create<typeof kind>(create(namespace)));
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
      metadata: { name: ROOT_CA_CONFIG_MAP, namespace },
      data: { "ca.crt": "" },
    }),
  });
}
