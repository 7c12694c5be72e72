/** A cluster without a control plane: nodes, one service, and pods behind it, all plugged in and listening. */
import type { EndpointSlice, Service, ServiceSpec } from "../../src/api/types/network.js";
import type { Pod } from "../../src/api/types/pod.js";
import { Simulation } from "../../src/engine/simulation.js";
import { Connection, type NetworkClient } from "../../src/network/connection.js";
import { DataPath } from "../../src/network/data-path.js";
import type { Destination } from "../../src/network/front-end.js";
import type { LoadBalancerKind } from "../../src/network/load-balancer-entry.js";
import { networkPlugin } from "../../src/network/plugin.js";
import { PodNetwork } from "../../src/network/pod-network.js";
import { IPTABLES } from "../../src/network/proxy/iptables/mode.js";
import { KubeProxy } from "../../src/network/proxy/kube-proxy.js";
import type { ProxyMode } from "../../src/network/proxy/proxy-mode.js";
import { ServiceNetwork } from "../../src/network/service-network.js";
import { WatchedObjects } from "./watched-objects.js";

export interface SmallClusterOptions {
  readonly nodes?: number;
  /** Pods are put on the nodes in turn. */
  readonly pods?: number;
  readonly mode?: ProxyMode;
  readonly service?: Partial<ServiceSpec>;
  readonly seed?: number;
  readonly loadBalancer?: LoadBalancerKind;
}

export interface SmallCluster {
  readonly simulation: Simulation;
  readonly objects: WatchedObjects;
  readonly dataPath: DataPath;
  readonly network: PodNetwork;
  readonly proxy: KubeProxy;
  readonly services: ServiceNetwork;
  readonly pods: readonly Pod[];
  readonly service: Service;
  readonly destination: Destination;
  /** Sets the service's endpoints to those pods. */
  readonly publish: (pods: readonly Pod[]) => void;
  /** Opens and ends a connection from a node. */
  readonly connect: (node: string, destination?: Destination) => Connection;
  readonly connectFrom: (client: NetworkClient, destination?: Destination) => Connection;
}

export function podOn(node: string, name: string, labels: Readonly<Record<string, string>> = { app: "web" }): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default", uid: name, labels },
    spec: { nodeName: node, containers: [{ name: "web", image: "nginx" }] },
  };
}

export function serviceNamed(name: string, spec: Partial<ServiceSpec> = {}): Service {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: "default" },
    spec: {
      type: "ClusterIP",
      clusterIP: "10.96.0.10",
      clusterIPs: ["10.96.0.10"],
      ports: [{ port: 80, protocol: "TCP" }],
      selector: { app: name },
      ...spec,
    },
  };
}

export function sliceOf(service: string, network: PodNetwork, pods: readonly Pod[]): EndpointSlice {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: `${service}-a`, namespace: "default", labels: { "kubernetes.io/service-name": service } },
    addressType: "IPv4",
    endpoints: pods.map((pod) => ({
      addresses: [network.attachmentOf(`default/${pod.metadata.name}`)!.addresses[0]],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: pod.spec.nodeName!,
      targetRef: { kind: "Pod", namespace: "default", name: pod.metadata.name },
    })),
    ports: [{ name: "", protocol: "TCP", port: 8080 }],
  };
}

export function smallCluster(options: SmallClusterOptions = {}): SmallCluster {
  const simulation = new Simulation({ seed: options.seed ?? 1 });
  const objects = new WatchedObjects();
  const dataPath = new DataPath();
  const network = new PodNetwork({ plugin: networkPlugin("calico"), podCIDRs: ["10.244.0.0/16"], dataPath });
  const nodes = options.nodes ?? 3;
  for (let index = 1; index <= nodes; index++) {
    network.addNode({
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: `node-${index}` },
      spec: { podCIDR: `10.244.${index}.0/24` },
      status: { addresses: [{ type: "InternalIP", address: `192.168.0.${index}` }] },
    });
  }
  const pods = Array.from({ length: options.pods ?? 3 }, (_, index) => podOn(`node-${(index % nodes) + 1}`, `web-${index}`));
  for (const pod of pods) {
    network.setUp(pod, pod.spec.nodeName!);
    network.listening(pod, true);
  }
  const service = serviceNamed("web", options.service);
  const publish = (published: readonly Pod[]): void => objects.apply(sliceOf("web", network, published));
  objects.apply(service);
  publish(pods);
  const proxy = new KubeProxy({ simulation, apiServer: objects, mode: options.mode ?? IPTABLES });
  simulation.run(2_000_000);
  const services = new ServiceNetwork({
    simulation,
    pods: network,
    proxy,
    ...(options.loadBalancer !== undefined && { loadBalancer: options.loadBalancer }),
  });
  const destination = services.destination({ service: "web", namespace: "default", via: "clusterIP" });
  const random = simulation.stream("test/connections");
  const connectFrom = (client: NetworkClient, to = destination): Connection => {
    const connection = new Connection();
    services.connect(client, to, random, connection);
    services.disconnect(connection);
    return connection;
  };
  const connect = (node: string, to = destination): Connection => connectFrom(services.onHost(node), to);
  return { simulation, objects, dataPath, network, proxy, services, pods, service, destination, publish, connect, connectFrom };
}
