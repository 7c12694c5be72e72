/**
 * Gives Services of type LoadBalancer an address: out of a pool, as MetalLB does on one's own machines, or a host name, as a cloud's
 * controller does. Without such a controller they wait for ever (EXTERNAL-IP <pending>).
 */
import { objectKey } from "../api/kinds.js";
import type { Service } from "../api/types/network.js";
import type { ApiClient, ApiServerEndpoint } from "../control-plane/apiserver/client.js";
import { targetOf } from "../control-plane/apiserver/client.js";
import { SECOND, type SimTime, type Simulation } from "../engine/simulation.js";
import { AddressRange } from "./address-range.js";

export interface LoadBalancerControllerOptions {
  readonly simulation: Simulation;
  readonly apiServer: ApiServerEndpoint;
  /** "first-last" or a CIDR, as in a MetalLB IPAddressPool; absent: a cloud's load balancers with host names. */
  readonly addresses?: string;
  /** From the controller's seeing the Service to the finished load balancer; default 0 for a pool, {@link CLOUD_PROVISIONING} for a cloud. */
  readonly provisioning?: SimTime;
}

/**
 * A cloud's load balancer takes minutes: AWS states that provisioning a Network Load Balancer takes a few minutes; two are taken.
 * Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/network/create-network-load-balancer.html
 */
export const CLOUD_PROVISIONING: SimTime = 120 * SECOND;

/** Account with the right to write services/status. Source: the default role system:controller:service-controller of Kubernetes. */
const SERVICE_CONTROLLER = "system:serviceaccount:kube-system:service-controller";

export class LoadBalancerController {
  private readonly simulation: Simulation;
  private readonly client: ApiClient;
  private readonly range: AddressRange | undefined;
  private readonly provisioning: SimTime;
  private readonly given = new Map<string, string>();
  private readonly waiting = new Map<string, Service>();

  /** Throws InvalidAddressRange. */
  constructor({ simulation, apiServer, addresses, provisioning }: LoadBalancerControllerOptions) {
    this.simulation = simulation;
    this.range = addresses === undefined ? undefined : AddressRange.parse(addresses);
    this.provisioning = provisioning ?? (this.range === undefined ? CLOUD_PROVISIONING : 0);
    const component = this.range === undefined ? "service-controller" : "metallb-controller";
    this.client = apiServer.connect({ component, user: SERVICE_CONTROLLER });
    apiServer
      .informers({ component })
      .informer("Service")
      .addHandlers({
        added: (service) => this.changed(service),
        updated: (_previous, service) => this.changed(service),
        deleted: (service) => this.release(objectKey(service)),
      });
  }

  private changed(service: Service): void {
    const key = objectKey(service);
    if (service.spec.type !== "LoadBalancer" || service.spec.loadBalancerClass !== undefined) {
      this.release(key);
      return;
    }
    const present = service.status?.loadBalancer?.ingress?.[0];
    if (present !== undefined) {
      // Known from before this controller started, or its own doing.
      const address = present.ip ?? present.hostname;
      if (address !== undefined) this.given.set(key, address);
      return;
    }
    if (!this.given.has(key)) this.provide(key, service);
  }

  private provide(key: string, service: Service): void {
    const address = this.range === undefined ? hostNameOf(service) : this.freeAddress(service);
    if (address === undefined) {
      if (this.waiting.has(key)) return;
      this.waiting.set(key, service);
      const about = { kind: "Service", namespace: service.metadata.namespace ?? "default", name: service.metadata.name };
      this.client.recordEvent(about, "Warning", "AllocationFailed", `Failed to allocate IP for "${key}": no available IPs`);
      return;
    }
    this.waiting.delete(key);
    this.given.set(key, address);
    this.simulation.after(this.provisioning, () => {
      if (this.given.get(key) === address) this.publish(service, address);
    });
  }

  private publish(service: Service, address: string): void {
    const ingress = [this.range === undefined ? { hostname: address } : { ip: address, ipMode: "VIP" }];
    this.client.patchStatus(targetOf<"Service">(service), (current) => ({
      ...current,
      status: { ...current.status, loadBalancer: { ingress } },
    }));
    const about = { kind: "Service", namespace: service.metadata.namespace ?? "default", name: service.metadata.name };
    if (this.range === undefined) this.client.recordEvent(about, "Normal", "EnsuredLoadBalancer", "Ensured load balancer");
    else this.client.recordEvent(about, "Normal", "IPAllocated", `Assigned IP ["${address}"]`);
  }

  /** The address that the Service asks for where it is free, else the first free one. */
  private freeAddress({ spec }: Service): string | undefined {
    const taken = new Set(this.given.values());
    const wanted = spec.loadBalancerIP;
    if (wanted !== undefined && wanted !== "") return this.range!.contains(wanted) && !taken.has(wanted) ? wanted : undefined;
    return this.range!.find((address) => !taken.has(address));
  }

  private release(key: string): void {
    this.waiting.delete(key);
    if (!this.given.delete(key)) return;
    for (const [waitingKey, service] of [...this.waiting]) this.provide(waitingKey, service);
  }
}

/** A cloud names a load balancer after the Service's uid: "a" and 31 digits of it. Source: cloud-provider's DefaultLoadBalancerName. */
function hostNameOf({ metadata }: Service): string {
  const uid = (metadata.uid ?? metadata.name).replaceAll("-", "");
  return `a${uid.slice(0, 31)}.elb.example.com`;
}
