/** A pod's sandbox: the network that its containers share. It is made before they start and goes when all of them have ended. */
import { SECOND, type SimTime } from "../../engine/simulation.js";
import type { PodWorker } from "./pod-worker.js";

/** How often a sandbox that could not be created is tried again (the kubelet's backOffPeriod). */
const RETRY_PERIOD: SimTime = 10 * SECOND;

export class PodSandbox {
  state: "none" | "creating" | "ready" = "none";
  /** Addresses of the present sandbox, the primary family first. */
  addresses: readonly string[] = [];
  private attempts = 0;

  constructor(private readonly worker: PodWorker) {}

  /** It was there, and is no more. */
  get isLost(): boolean {
    return this.state === "none" && this.attempts > 0;
  }

  /** Begins to create it: `ready` is called at once with the time at which it will be there. A plugin that fails is asked again later. */
  create(ready: (at: SimTime) => void): void {
    const { simulation, runtime, network, node, hostAddresses, events } = this.worker.context;
    const { pod } = this.worker;
    let delay: SimTime = runtime.sandboxDuration();
    if (this.isOnHostNetwork) this.addresses = hostAddresses;
    else {
      if (this.attempts > 0) network.tearDown(pod, node);
      const setUp = network.setUp(pod, node);
      if (!setUp.ok) {
        events.pod(pod, "Warning", "FailedCreatePodSandBox", `Failed to create pod sandbox: ${setUp.message}`);
        this.worker.report.touch();
        this.worker.arm(simulation.now + RETRY_PERIOD, () => this.worker.sync());
        return;
      }
      this.addresses = setUp.addresses;
      delay += setUp.delay;
    }
    this.attempts++;
    this.state = "creating";
    this.worker.report.touch();
    ready(simulation.now + delay);
  }

  /** The kubelet stops: what it was about to make it does not finish. */
  suspend(): void {
    if (this.state === "creating") this.state = "none";
  }

  /** The machine lost power. */
  lose(): void {
    this.state = "none";
  }

  /** All containers have ended for good. */
  remove(): void {
    const { network, node } = this.worker.context;
    if (this.attempts > 0 && !this.isOnHostNetwork) network.tearDown(this.worker.pod, node);
    this.state = "none";
  }

  private get isOnHostNetwork(): boolean {
    return this.worker.pod.spec.hostNetwork === true;
  }
}
