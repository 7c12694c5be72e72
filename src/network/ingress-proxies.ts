/**
 * An ingress controller's proxies, one on each node, of the host network: they know all Ingress objects and send requests straight to
 * endpoints of the services, past the rules of kube-proxy. Source: https://kubernetes.github.io/ingress-nginx/user-guide/miscellaneous/
 */
import { objectKey } from "../api/kinds.js";
import type { Ingress } from "../api/types/network.js";
import type { ApiServerEndpoint } from "../control-plane/apiserver/client.js";
import { ingressBackend } from "./ingress-routing.js";

/**
 * What a proxy adds to a request, microseconds: half of what two Envoy sidecars add at the 90th percentile, 2.65 ms (istio.io,
 * "Performance and Scalability", Istio 1.9 to 1.12, 1000 requests a second).
 */
export const INGRESS_PROXY_DELAY = 1_325;

export interface IngressTarget {
  readonly ingress: string;
  readonly namespace: string;
  readonly host?: string;
  readonly path: string;
}

/** A service port that an Ingress leads to. */
export interface IngressService {
  readonly service: string;
  readonly port: number | string | undefined;
}

export class IngressProxies {
  private readonly ingresses = new Map<string, Ingress>();

  constructor(apiServer: ApiServerEndpoint) {
    const set = (ingress: Ingress): void => {
      this.ingresses.set(objectKey(ingress), ingress);
    };
    apiServer
      .informers({ component: "ingress-controller" })
      .informer("Ingress")
      .addHandlers({
        added: set,
        updated: (_previous, ingress) => set(ingress),
        deleted: (ingress) => {
          this.ingresses.delete(objectKey(ingress));
        },
      });
  }

  /** Where a request to an Ingress goes; undefined where the proxies answer 404 themselves. */
  route({ ingress, namespace, host, path }: IngressTarget): IngressService | undefined {
    const object = this.ingresses.get(`${namespace}/${ingress}`);
    const service = object === undefined ? undefined : ingressBackend(object, host, path)?.service;
    return service === undefined ? undefined : { service: service.name, port: service.port?.name ?? service.port?.number };
  }
}
