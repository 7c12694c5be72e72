/** Validation of probes and lifecycle hooks. Source: validateContainers and its kin in pkg/apis/core/validation/validation.go. */
import type { Container, Probe, ProbeHandler } from "../types/pod.js";
import { validatePort } from "./container-ports.js";
import { forbidden, invalid, notSupported, required, type FieldError } from "./field-error.js";
import { check, nonNegative } from "./metadata.js";
import { httpHeaderName } from "./names.js";

const SCHEMES = ["HTTP", "HTTPS"];

function validateHandler(field: string, handler: ProbeHandler, gracePeriodSeconds: number): FieldError[] {
  const errors: FieldError[] = [];
  let count = 0;
  const one = (name: string, rule: (path: string) => FieldError[]): void => {
    count++;
    const path = `${field}.${name}`;
    errors.push(...(count > 1 ? [forbidden(path, "may not specify more than 1 handler type")] : rule(path)));
  };
  const { exec, httpGet, tcpSocket, grpc, sleep } = handler;
  if (exec !== undefined) one("exec", (path) => ((exec.command ?? []).length === 0 ? [required(`${path}.command`)] : []));
  if (httpGet !== undefined) {
    one("httpGet", (path) => [
      ...((httpGet.path ?? "") === "" ? [required(`${path}.path`)] : []),
      ...validatePort(`${path}.port`, httpGet.port ?? 0),
      ...(SCHEMES.includes(httpGet.scheme ?? "") ? [] : [notSupported(`${path}.scheme`, httpGet.scheme ?? "", SCHEMES)]),
      ...(httpGet.httpHeaders ?? []).flatMap((header) => check(`${path}.httpHeaders`, header.name, httpHeaderName)),
    ]);
  }
  if (tcpSocket !== undefined) one("tcpSocket", (path) => validatePort(`${path}.port`, tcpSocket.port ?? 0));
  if (grpc !== undefined) one("grpc", (path) => validatePort(`${path}.port`, grpc.port ?? 0));
  if (sleep !== undefined) {
    one("sleep", (path) => {
      const isRight = sleep.seconds >= 0 && sleep.seconds <= gracePeriodSeconds;
      return isRight
        ? []
        : [invalid(path, sleep.seconds, `must be non-negative and less than terminationGracePeriodSeconds (${gracePeriodSeconds})`)];
    });
  }
  if (count === 0) errors.push(required(field, "must specify a handler type"));
  return errors;
}

function validateProbe(field: string, probe: Probe, gracePeriodSeconds: number): FieldError[] {
  const errors = validateHandler(field, probe, gracePeriodSeconds);
  for (const name of ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"] as const) {
    errors.push(...nonNegative(`${field}.${name}`, probe[name]));
  }
  const grace = probe.terminationGracePeriodSeconds;
  if (grace !== undefined && grace <= 0) errors.push(invalid(`${field}.terminationGracePeriodSeconds`, grace, "must be greater than 0"));
  return errors;
}

export function validateProbes(field: string, container: Container, gracePeriodSeconds: number): FieldError[] {
  const errors: FieldError[] = [];
  const { livenessProbe, readinessProbe, startupProbe } = container;
  const mustBeOne = (path: string, probe: Probe): FieldError[] =>
    probe.successThreshold === 1 ? [] : [invalid(`${path}.successThreshold`, probe.successThreshold ?? 0, "must be 1")];
  if (livenessProbe !== undefined) {
    const path = `${field}.livenessProbe`;
    errors.push(...validateProbe(path, livenessProbe, gracePeriodSeconds), ...mustBeOne(path, livenessProbe));
  }
  if (readinessProbe !== undefined) {
    const path = `${field}.readinessProbe`;
    errors.push(...validateProbe(path, readinessProbe, gracePeriodSeconds));
    const grace = readinessProbe.terminationGracePeriodSeconds;
    if (grace !== undefined) errors.push(invalid(`${path}.terminationGracePeriodSeconds`, grace, "must not be set for readinessProbes"));
  }
  if (startupProbe !== undefined) {
    const path = `${field}.startupProbe`;
    errors.push(...validateProbe(path, startupProbe, gracePeriodSeconds), ...mustBeOne(path, startupProbe));
  }
  return errors;
}

export function validateLifecycle(field: string, container: Container, gracePeriodSeconds: number): FieldError[] {
  const { postStart, preStop } = container.lifecycle ?? {};
  return [
    ...(postStart === undefined ? [] : validateHandler(`${field}.lifecycle.postStart`, postStart, gracePeriodSeconds)),
    ...(preStop === undefined ? [] : validateHandler(`${field}.lifecycle.preStop`, preStop, gracePeriodSeconds)),
  ];
}
