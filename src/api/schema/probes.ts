/** Probes and lifecycle hooks of containers, and the handlers that they run (v1). */
import { defineTypes } from "./descriptor.js";

defineTypes(
  "v1",
  `
URIScheme Signal = string
HTTPHeader
  name string!
  value string!
ExecAction
  command []string
HTTPGetAction
  path string
  port IntOrString!
  host string
  scheme URIScheme
  httpHeaders []HTTPHeader
TCPSocketAction
  port IntOrString!
  host string
GRPCAction
  port int32!
  service *string!
SleepAction
  seconds int64!
ProbeHandler
  exec *ExecAction
  httpGet *HTTPGetAction
  tcpSocket *TCPSocketAction
  grpc *GRPCAction
Probe
  ... ProbeHandler
  initialDelaySeconds int32
  timeoutSeconds int32
  periodSeconds int32
  successThreshold int32
  failureThreshold int32
  terminationGracePeriodSeconds *int64
LifecycleHandler
  exec *ExecAction
  httpGet *HTTPGetAction
  tcpSocket *TCPSocketAction
  sleep *SleepAction
Lifecycle
  postStart *LifecycleHandler
  preStop *LifecycleHandler
  stopSignal *Signal
`,
);
