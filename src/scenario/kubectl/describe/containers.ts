/** Containers of a pod or of a pod template, and their state. Source: kubectl/pkg/describe/describe.go. */
import { isDeepStrictEqual } from "node:util";
import type { ResourceList } from "../../../api/types/meta.js";
import type { Container, ContainerPort, ContainerState, ContainerStatus, EnvVar, Pod, Probe } from "../../../api/types/pod.js";
import { capitalised, field, type Lines, longTime, NONE, resourceLines, row } from "./lines.js";

/** Where containers stand: in a pod, with what became of them, or in a template, one level and one space further in. */
export type ContainersOf = { readonly pod: Pod; readonly statuses: readonly ContainerStatus[] | undefined } | "template";

/** Level of a container's fields. */
const FIELDS = 2;

export function containerLines(title: string, containers: readonly Container[], of: ContainersOf): Lines {
  const indent = of === "template" ? "  " : "";
  return [
    `${indent}${title}:${containers.length === 0 ? ` ${NONE}` : ""}`,
    ...containers.flatMap((container) => {
      const status = of === "template" ? undefined : of.statuses?.find(({ name }) => name === container.name);
      return [
        `${indent === "" ? "" : " "}  ${container.name}:`,
        ...imageAndPorts(container, status),
        ...wordLines("Command", container.command),
        ...wordLines("Args", container.args),
        ...(status === undefined ? [] : statusLines(status)),
        ...requirementLines(FIELDS, container.resources),
        ...probeLines(container),
        ...environmentLines(container, of === "template" ? undefined : of.pod),
        ...mountLines(container),
      ];
    }),
  ];
}

function imageAndPorts({ image = "", ports = [] }: Container, status: ContainerStatus | undefined): Lines {
  const several = ports.length > 1 ? "s" : "";
  return [
    ...(status === undefined ? [] : [field(FIELDS, "Container ID", status.containerID ?? "")]),
    field(FIELDS, "Image", image),
    ...(status === undefined ? [] : [field(FIELDS, "Image ID", status.imageID)]),
    field(
      FIELDS,
      `Port${several}`,
      portsText(ports, ({ containerPort }) => containerPort),
    ),
    field(
      FIELDS,
      `Host Port${several}`,
      portsText(ports, ({ hostPort = 0 }) => hostPort),
    ),
  ];
}

function portsText(ports: readonly ContainerPort[], number: (port: ContainerPort) => number): string {
  const texts = ports.map((port) => `${number(port)}/${port.protocol ?? "TCP"}${port.name === undefined ? "" : ` (${port.name})`}`);
  return texts.join(", ") || NONE;
}

function wordLines(title: string, words: readonly string[] | undefined): Lines {
  if (words === undefined || words.length === 0) return [];
  return [row(FIELDS, `${title}:`), ...words.flatMap((word) => word.split("\n").map((line) => row(FIELDS + 1, line)))];
}

function statusLines({ state, lastState, ready, restartCount }: ContainerStatus): Lines {
  return [
    ...stateLines("State", state),
    ...(lastState?.terminated === undefined ? [] : stateLines("Last State", lastState)),
    field(FIELDS, "Ready", capitalised(ready)),
    field(FIELDS, "Restart Count", restartCount),
  ];
}

function stateLines(title: string, { running, waiting, terminated }: ContainerState = {}): Lines {
  const inner = FIELDS + 1;
  if (running !== undefined) return [field(FIELDS, title, "Running"), field(inner, "Started", longTime(running.startedAt))];
  if (terminated === undefined) {
    return [field(FIELDS, title, "Waiting"), ...(waiting?.reason === undefined ? [] : [field(inner, "Reason", waiting.reason)])];
  }
  const { reason, message, exitCode, signal, startedAt, finishedAt } = terminated;
  return [
    field(FIELDS, title, "Terminated"),
    ...(reason === undefined ? [] : [field(inner, "Reason", reason)]),
    ...(message === undefined ? [] : [field(inner, "Message", message)]),
    field(inner, "Exit Code", exitCode),
    ...(signal === undefined || signal === 0 ? [] : [field(inner, "Signal", signal)]),
    field(inner, "Started", longTime(startedAt)),
    field(inner, "Finished", longTime(finishedAt)),
  ];
}

/** Limits and requests, each only where some are set. */
export function requirementLines(
  level: number,
  resources: { readonly limits?: ResourceList; readonly requests?: ResourceList } | undefined,
): Lines {
  const part = (title: string, list: ResourceList | undefined): Lines =>
    list === undefined || isDeepStrictEqual(list, {}) ? [] : [row(level, `${title}:`), ...resourceLines(level + 1, list)];
  return [...part("Limits", resources?.limits), ...part("Requests", resources?.requests)];
}

function probeLines({ livenessProbe, readinessProbe, startupProbe }: Container): Lines {
  const line = (title: string, probe: Probe | undefined): Lines => (probe === undefined ? [] : [field(FIELDS, title, probeText(probe))]);
  return [...line("Liveness", livenessProbe), ...line("Readiness", readinessProbe), ...line("Startup", startupProbe)];
}

/** `http-get http://:80/ delay=0s timeout=1s period=10s #success=1 #failure=3`; the numbers that are missing are the API's defaults. */
export function probeText(probe: Probe): string {
  const { initialDelaySeconds = 0, timeoutSeconds = 1, periodSeconds = 10, successThreshold = 1, failureThreshold = 3 } = probe;
  const numbers = `delay=${initialDelaySeconds}s timeout=${timeoutSeconds}s period=${periodSeconds}s #success=${successThreshold} #failure=${failureThreshold}`;
  return `${handlerText(probe)} ${numbers}`;
}

function handlerText({ exec, httpGet, tcpSocket, grpc }: Probe): string {
  if (exec !== undefined) return `exec [${(exec.command ?? []).join(" ")}]`;
  if (httpGet !== undefined)
    return `http-get ${(httpGet.scheme ?? "HTTP").toLowerCase()}://${httpGet.host ?? ""}:${httpGet.port}${httpGet.path ?? "/"}`;
  if (tcpSocket !== undefined) return `tcp-socket ${tcpSocket.host ?? ""}:${tcpSocket.port}`;
  return grpc === undefined ? "unknown" : `grpc <pod>:${grpc.port} ${grpc.service ?? ""}`;
}

interface Reference {
  readonly name?: string;
  readonly key?: string;
  readonly optional?: boolean;
}

function environmentLines({ env = [], envFrom = [] }: Container, pod: Pod | undefined): Lines {
  const sources = envFrom.map((source) => {
    const { configMapRef, secretRef, prefix } = source as { configMapRef?: Reference; secretRef?: Reference; prefix?: string };
    const { name = "", optional = false } = configMapRef ?? secretRef ?? {};
    const kind = configMapRef !== undefined ? "ConfigMap" : secretRef !== undefined ? "Secret" : "";
    return row(
      FIELDS + 1,
      name,
      `${kind}${prefix === undefined || prefix === "" ? "" : ` with prefix '${prefix}'`}`,
      `Optional: ${optional}`,
    );
  });
  return [
    ...(sources.length === 0 ? [] : [row(FIELDS, "Environment Variables from:"), ...sources]),
    env.length === 0 ? field(FIELDS, "Environment", NONE) : row(FIELDS, "Environment:"),
    ...env.flatMap((variable) => variableLines(variable, pod)),
  ];
}

function variableLines({ name, value = "", valueFrom }: EnvVar, pod: Pod | undefined): Lines {
  const level = FIELDS + 1;
  if (valueFrom === undefined)
    return value.split("\n").map((line, index) => (index === 0 ? field(level, name, line) : row(level, "", line)));
  const { fieldRef, resourceFieldRef, secretKeyRef, configMapKeyRef } = valueFrom as {
    fieldRef?: { apiVersion?: string; fieldPath: string };
    resourceFieldRef?: { resource: string };
    secretKeyRef?: Reference;
    configMapKeyRef?: Reference;
  };
  if (fieldRef !== undefined) {
    const known = pod === undefined ? "" : podField(pod, fieldRef.fieldPath);
    return [field(level, name, `${known} (${fieldRef.apiVersion ?? "v1"}:${fieldRef.fieldPath})`)];
  }
  if (resourceFieldRef !== undefined) return [field(level, name, ` (${resourceFieldRef.resource})`)];
  const reference = secretKeyRef ?? configMapKeyRef;
  if (reference === undefined) return [];
  const { name: of = "", key = "", optional = false } = reference;
  const place = secretKeyRef === undefined ? `of config map '${of}'` : `in secret '${of}'`;
  return [row(level, `${name}:`, `<set to the key '${key}' ${place}>`, `Optional: ${optional}`)];
}

/** The fields of a pod that the downward API has as variables. */
function podField({ metadata, spec, status }: Pod, path: string): string {
  const fields: Readonly<Record<string, string | undefined>> = {
    "metadata.name": metadata.name,
    "metadata.namespace": metadata.namespace,
    "metadata.uid": metadata.uid,
    "spec.nodeName": spec.nodeName,
    "spec.serviceAccountName": spec.serviceAccountName,
    "status.hostIP": status?.hostIP,
    "status.podIP": status?.podIP,
  };
  return fields[path] ?? "";
}

function mountLines({ volumeMounts = [], volumeDevices = [] }: Container): Lines {
  const mounts = [...volumeMounts].sort((a, b) => (a.mountPath < b.mountPath ? -1 : 1));
  return [
    mounts.length === 0 ? field(FIELDS, "Mounts", NONE) : row(FIELDS, "Mounts:"),
    ...mounts.map(({ mountPath, name, readOnly, subPath }) => {
      const flags = [
        readOnly === true ? "ro" : "rw",
        ...(subPath === undefined || subPath === "" ? [] : [`path=${JSON.stringify(subPath)}`]),
      ];
      return row(FIELDS + 1, `${mountPath} from ${name} (${flags.join(",")})`);
    }),
    ...(volumeDevices.length === 0 ? [] : [row(FIELDS, "Devices:")]),
    ...volumeDevices.map(({ devicePath, name }) => row(FIELDS + 1, `${devicePath} from ${name}`)),
  ];
}
