import { describe, expect, it } from "vitest";
import { textOf } from "./description-text.js";

describe("the description of a service", () => {
  it("shows three ready endpoints of each port and counts the others", () => {
    const service = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web", namespace: "default" },
      spec: {
        type: "NodePort",
        selector: { app: "web" },
        clusterIP: "10.96.0.10",
        clusterIPs: ["10.96.0.10"],
        ipFamilies: ["IPv4"],
        ipFamilyPolicy: "SingleStack",
        ports: [{ port: 80, targetPort: 8080, nodePort: 30080, protocol: "TCP" }],
        sessionAffinity: "None",
        externalTrafficPolicy: "Cluster",
        internalTrafficPolicy: "Cluster",
      },
    };
    const slice = {
      metadata: { name: "web-x", namespace: "default", labels: { "kubernetes.io/service-name": "web" } },
      ports: [{ name: "", port: 8080, protocol: "TCP" }],
      endpoints: [
        ...[1, 2, 3, 4, 5].map((n) => ({ addresses: [`10.244.1.${n}`], conditions: { ready: true } })),
        { addresses: ["10.244.1.9"], conditions: { ready: false } },
      ],
    };
    expect(textOf(service, { EndpointSlice: [slice] }, [])).toBe(`Name:                     web
Namespace:                default
Labels:                   <none>
Annotations:              <none>
Selector:                 app=web
Type:                     NodePort
IP Family Policy:         SingleStack
IP Families:              IPv4
IP:                       10.96.0.10
IPs:                      10.96.0.10
Port:                     <unset>  80/TCP
TargetPort:               8080/TCP
NodePort:                 <unset>  30080/TCP
Endpoints:                10.244.1.1:8080,10.244.1.2:8080,10.244.1.3:8080 + 2 more...
Session Affinity:         None
External Traffic Policy:  Cluster
Internal Traffic Policy:  Cluster
Events:  <none>`);
  });
});
