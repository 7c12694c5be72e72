/** The Events that a kubelet writes about its pods, their containers and its node. */
import type { Container, Pod } from "../api/types/pod.js";
import type { ApiClient } from "../control-plane/apiserver/client.js";

type EventType = "Normal" | "Warning";

export class KubeletEvents {
  /** @param normal whether Normal events of pods are written, too: a million pods have some five million of them */
  constructor(
    private readonly client: ApiClient,
    private readonly nodeName: string,
    private readonly normal: boolean,
  ) {}

  pod(pod: Pod, type: EventType, reason: string, message: string): void {
    this.record(pod, undefined, type, reason, message);
  }

  container(pod: Pod, container: Container, type: EventType, reason: string, message: string): void {
    const list = pod.spec.containers.includes(container) ? "containers" : "initContainers";
    this.record(pod, `spec.${list}{${container.name}}`, type, reason, message);
  }

  node(type: EventType, reason: string, message: string): void {
    this.client.recordEvent({ kind: "Node", apiVersion: "v1", name: this.nodeName, uid: this.nodeName }, type, reason, message);
  }

  private record(pod: Pod, fieldPath: string | undefined, type: EventType, reason: string, message: string): void {
    if (type === "Normal" && !this.normal) return;
    const { namespace, name, uid } = pod.metadata;
    this.client.recordEvent(
      {
        kind: "Pod",
        apiVersion: "v1",
        name,
        ...(fieldPath !== undefined && { fieldPath }),
        ...(namespace !== undefined && { namespace }),
        ...(uid !== undefined && { uid }),
      },
      type,
      reason,
      message,
    );
  }
}
