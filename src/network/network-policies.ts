/** The policies of a cluster as the network plugin's agents on the nodes know them, with verdicts kept until something changes. */
import { objectKey } from "../api/kinds.js";
import type { Labels } from "../api/types/meta.js";
import type { NetworkPolicy } from "../api/types/network.js";
import type { Pod } from "../api/types/pod.js";
import type { ApiServerEndpoint } from "../control-plane/apiserver/client.js";
import type { NetworkClient } from "./connection.js";
import { policiesAllow } from "./network-policy.js";
import type { Attachment } from "./pod-network.js";

export class NetworkPolicies {
  private readonly policies = new Map<string, NetworkPolicy>();
  private readonly namespaces = new Map<string, Labels>();
  /** Verdicts by server, client and port. */
  private verdicts = new WeakMap<Attachment, Map<string, boolean>>();

  constructor(apiServer: ApiServerEndpoint) {
    const informers = apiServer.informers({ component: "network-plugin" });
    const set = (policy: NetworkPolicy): void => {
      this.policies.set(objectKey(policy), policy);
      this.verdicts = new WeakMap();
    };
    informers.informer("NetworkPolicy").addHandlers({
      added: set,
      updated: (_previous, policy) => set(policy),
      deleted: (policy) => {
        this.policies.delete(objectKey(policy));
        this.verdicts = new WeakMap();
      },
    });
    const setNamespace = (name: string, labels: Labels): void => {
      this.namespaces.set(name, labels);
      this.verdicts = new WeakMap();
    };
    informers.informer("Namespace").addHandlers({
      added: ({ metadata }) => setNamespace(metadata.name, metadata.labels ?? {}),
      updated: (_previous, { metadata }) => setNamespace(metadata.name, metadata.labels ?? {}),
    });
  }

  /** Whether a client's packets reach a pod's port. */
  allows(client: NetworkClient, server: Attachment, port: number): boolean {
    if (this.policies.size === 0) return true;
    let verdicts = this.verdicts.get(server);
    if (verdicts === undefined) this.verdicts.set(server, (verdicts = new Map<string, boolean>()));
    const key = `${client.pod?.key ?? ""} ${client.address} ${port}`;
    let verdict = verdicts.get(key);
    if (verdict === undefined) verdicts.set(key, (verdict = this.judge(client, server, port)));
    return verdict;
  }

  private judge(client: NetworkClient, server: Attachment, port: number): boolean {
    // Policies do not concern pods of the host network: their packets are their node's.
    const podOf = (attachment: Attachment | undefined): Pod | undefined => (attachment?.hostNetwork === false ? attachment.pod : undefined);
    const traffic = {
      from: { pod: podOf(client.pod), address: client.address },
      to: { pod: podOf(server), address: server.addresses[0] },
      port,
      protocol: "TCP",
    };
    return policiesAllow(this.policies.values(), traffic, (namespace) => this.namespaces.get(namespace));
  }
}
