/** What the kubelet says of a failed probe: the texts of Go's network and HTTP libraries when nothing listens. */
import type { Probe } from "../../api/types/pod.js";

export function probeFailure({ httpGet, tcpSocket, grpc, exec }: Probe, podIP: string): string {
  if (httpGet !== undefined) {
    const address = `${httpGet.host ?? podIP}:${httpGet.port}`;
    const scheme = (httpGet.scheme ?? "HTTP").toLowerCase();
    return `Get "${scheme}://${address}${httpGet.path ?? "/"}": dial tcp ${address}: connect: connection refused`;
  }
  if (tcpSocket !== undefined) return `dial tcp ${tcpSocket.host ?? podIP}:${tcpSocket.port}: connect: connection refused`;
  if (grpc !== undefined) return `timeout: failed to connect service "${podIP}:${grpc.port}" within 1s: context deadline exceeded`;
  return exec === undefined ? "" : "command exited with a non-zero code";
}
