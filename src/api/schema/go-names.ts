/**
 * Go's names of fields, where they are more than the JSON name with a capital: in dumps and in some messages of the API server.
 *
 * Source: https://pkg.go.dev/k8s.io/api/core/v1
 */

const GO_NAMES: ReadonlyMap<string, string> = new Map([
  ["apiGroup", "APIGroup"],
  ["apiVersion", "APIVersion"],
  ["awsElasticBlockStore", "AWSElasticBlockStore"],
  ["cephfs", "CephFS"],
  ["chapAuthDiscovery", "DiscoveryCHAPAuth"],
  ["chapAuthSession", "SessionCHAPAuth"],
  ["csi", "CSI"],
  ["diskURI", "DataDiskURI"],
  ["dnsConfig", "DNSConfig"],
  ["dnsPolicy", "DNSPolicy"],
  ["fc", "FC"],
  ["fsGroup", "FSGroup"],
  ["fsGroupChangePolicy", "FSGroupChangePolicy"],
  ["fsType", "FSType"],
  ["gcePersistentDisk", "GCEPersistentDisk"],
  ["gmsaCredentialSpec", "GMSACredentialSpec"],
  ["gmsaCredentialSpecName", "GMSACredentialSpecName"],
  ["grpc", "GRPC"],
  ["httpGet", "HTTPGet"],
  ["httpHeaders", "HTTPHeaders"],
  ["ip", "IP"],
  ["iqn", "IQN"],
  ["iscsi", "ISCSI"],
  ["iscsiInterface", "ISCSIInterface"],
  ["metadata", "ObjectMeta"],
  ["nfs", "NFS"],
  ["os", "OS"],
  ["pdName", "PDName"],
  ["rbd", "RBD"],
  ["seLinuxChangePolicy", "SELinuxChangePolicy"],
  ["seLinuxOptions", "SELinuxOptions"],
  ["serviceAccount", "DeprecatedServiceAccount"],
  ["sslEnabled", "SSLEnabled"],
  ["storageos", "StorageOS"],
  ["tcpSocket", "TCPSocket"],
  ["tty", "TTY"],
  ["uid", "UID"],
  ["wwids", "WWIDs"],
]);

/** Names that hold in one type only. */
const GO_NAMES_IN_TYPE: ReadonlyMap<string, string> = new Map([
  ["GlusterfsVolumeSource.endpoints", "EndpointsName"],
  ["RBDVolumeSource.image", "RBDImage"],
  ["RBDVolumeSource.monitors", "CephMonitors"],
  ["RBDVolumeSource.pool", "RBDPool"],
  ["RBDVolumeSource.user", "RadosUser"],
]);

/** Go's name of a field of a type, both as the schemas name them. */
export function goFieldName(type: string, field: string): string {
  return GO_NAMES_IN_TYPE.get(`${type}.${field}`) ?? GO_NAMES.get(field) ?? field.charAt(0).toUpperCase() + field.slice(1);
}
