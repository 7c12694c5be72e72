/** What the report of a run says where etcd is full at its end. */
import type { Cluster } from "../cluster/cluster.js";

/** One line, or nothing while etcd takes writes. */
export function etcdNote({ etcdOperations }: Pick<Cluster, "etcdOperations">): string {
  if (etcdOperations.alarms().length === 0) return "";
  const quota = etcdOperations.quotaBackendBytes;
  return `etcd    refuses to write since its database passed ${quota} bytes; cluster.controlPlane.etcd.quota-backend-bytes sets another limit\n`;
}
