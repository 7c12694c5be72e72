/** What the kubelet asks of the pod network (CNI): addresses for sandboxes, and when they are given back. */
import type { Pod } from "../../api/types/pod.js";
import type { SimTime } from "../../engine/simulation.js";

export type PodNetworkSetup =
  | {
      readonly ok: true;
      /** The pod's addresses, the primary family first. */
      readonly addresses: readonly string[];
      /** How long the plugin takes. */
      readonly delay: SimTime;
    }
  | { readonly ok: false; readonly message: string };

export interface PodNetwork {
  /** Plugs a pod's sandbox into the network of its node. Not called for pods with hostNetwork. */
  setUp(pod: Pod, node: string): PodNetworkSetup;
  /** Gives the addresses back; the sandbox is gone. */
  tearDown(pod: Pod, node: string): void;
  /** Whether the processes of the pod accept connections at present. */
  listening(pod: Pod, accepting: boolean): void;
}

/** Every pod gets the next address of 10.244.0.0/16 at once: enough where no network is simulated. */
export class UnsimulatedPodNetwork implements PodNetwork {
  private given = 0;

  setUp(): PodNetworkSetup {
    const number = (this.given = (this.given % 65_533) + 1);
    return { ok: true, addresses: [`10.244.${number >> 8}.${number & 255}`], delay: 0 };
  }

  tearDown(): void {
    // Addresses are not counted here.
  }

  listening(): void {
    // Nobody connects.
  }
}
