/** Manifests that several tests of controllers use. */
import type {
  DaemonSet,
  Deployment,
  PodTemplateSpec,
  ReplicaSet,
  ReplicationController,
  Service,
  StatefulSet,
} from "../../../src/api/types/index.js";

export function template(
  labels: Readonly<Record<string, string>>,
  annotations: Readonly<Record<string, string>> = {},
  image = "web:1",
): PodTemplateSpec {
  return { metadata: { labels, annotations }, spec: { containers: [{ name: "c", image }] } };
}

export function replicaSet(name: string, replicas: number, annotations: Readonly<Record<string, string>> = {}): ReplicaSet {
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: { name, namespace: "default" },
    spec: { replicas, selector: { matchLabels: { app: name } }, template: template({ app: name }, annotations) },
  };
}

export function replicationController(name: string, replicas: number): ReplicationController {
  return {
    apiVersion: "v1",
    kind: "ReplicationController",
    metadata: { name, namespace: "default" },
    spec: { replicas, selector: { app: name }, template: template({ app: name }) },
  };
}

export function deployment(
  name: string,
  replicas: number,
  spec: Partial<Deployment["spec"]> = {},
  annotations: Readonly<Record<string, string>> = {},
): Deployment {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "default" },
    spec: { replicas, selector: { matchLabels: { app: name } }, template: template({ app: name }, annotations), ...spec },
  };
}

export function service(name: string): Service {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: "default" },
    spec: { selector: { app: name }, ports: [{ port: 80 }] },
  };
}

export function daemonSet(
  name: string,
  spec: Partial<DaemonSet["spec"]> = {},
  annotations: Readonly<Record<string, string>> = {},
): DaemonSet {
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name, namespace: "default" },
    spec: { selector: { matchLabels: { app: name } }, template: template({ app: name }, annotations), ...spec },
  };
}

export function statefulSet(
  name: string,
  replicas: number,
  spec: Partial<StatefulSet["spec"]> = {},
  annotations: Readonly<Record<string, string>> = {},
): StatefulSet {
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name, namespace: "default" },
    spec: {
      replicas,
      serviceName: name,
      selector: { matchLabels: { app: name } },
      template: template({ app: name }, annotations),
      ...spec,
    },
  };
}
