import { isDeepStrictEqual } from "node:util";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decode } from "../../src/api/decode.js";
import { DecodeError } from "../../src/api/decode-problem.js";
import { applyDefaults } from "../../src/api/defaults/index.js";
import { encode } from "../../src/api/encode.js";
import { kindInfo } from "../../src/api/kinds.js";
import { normalizeClusterIPs, prepareForCreate } from "../../src/api/prepare.js";
import { DEFAULT_NODE_PORT_RANGE, validateClusterAddress, validateNodePorts } from "../../src/api/service-allocation.js";
import type { ApiObject, Pod, Service } from "../../src/api/types/index.js";
import { downgrade } from "../../src/api/versions.js";
import { invalidStatus, validateCreate, validateUpdate } from "../../src/api/validation/index.js";

interface Refusal {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly before?: readonly unknown[];
  readonly answer: { readonly code: number; readonly message: string };
}

interface Creation {
  readonly name: string;
  readonly posted: ApiObject;
  readonly returned: Record<string, unknown>;
}

const folder = "../shared/golden/controlplane/api";
const UID = "00000000-0000-4000-8000-000000000000";

function read(name: string): readonly unknown[] {
  return (JSON.parse(readFileSync(`${folder}/${name}.json`, "utf8")) as { readonly cases: readonly unknown[] }).cases;
}

function prepared(manifest: unknown): ApiObject {
  const object = applyDefaults(decode(manifest));
  const namespaced = kindInfo(object.kind)!.namespaced;
  const metadata = { ...object.metadata, uid: UID, ...(namespaced ? { namespace: object.metadata.namespace ?? "default" } : {}) };
  const next = prepareForCreate({ ...object, metadata }, { uid: UID });
  return next.kind === "Service" ? normalizeClusterIPs(next as Service) : next;
}

/** The address range of the recorded cluster, with the one address that a recording takes. */
const addresses = { cidr: "10.96.0.0/16", contains: (ip: string) => ip.startsWith("10.96."), isTaken: (ip: string) => ip === "10.96.5.5" };

function refusalOf(body: unknown): string {
  const { apiVersion, kind } = body as ApiObject;
  try {
    const object = prepared(body);
    const errors = validateCreate(object);
    if (errors.length === 0 && object.kind === "Service") {
      errors.push(...validateClusterAddress(object as Service, addresses));
      if (errors.length === 0) errors.push(...validateNodePorts(object as Service, DEFAULT_NODE_PORT_RANGE, () => false));
    }
    return errors.length === 0 ? "accepted" : invalidStatus(kind, object.metadata.name, errors).message;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return `${kind} in version ${JSON.stringify(apiVersion.split("/").at(-1))} cannot be handled as a ${kind}: ${error.message}`;
  }
}

describe.skipIf(!existsSync(folder))("a recorded API server", () => {
  it("refuses the same objects with the same words", () => {
    const refusals = (read("rejected") as Refusal[]).filter(
      ({ method, answer }) => method === "POST" && (answer.code === 422 || answer.code === 400),
    );
    expect(refusals.length).toBeGreaterThan(50);
    const wrong = refusals.flatMap(({ name, body, answer }) => {
      const own = refusalOf(body);
      return own === answer.message ? [] : [{ name, own, recorded: answer.message }];
    });
    expect(wrong).toEqual([]);
  });

  it("refuses the same changes with the same words", () => {
    const refusals = (read("rejected") as Refusal[]).filter(
      ({ method, body, answer }) => method === "PATCH" && answer.code === 422 && typeof body === "object",
    );
    expect(refusals.length).toBeGreaterThan(5);
    const wrong = refusals.flatMap(({ name, body, before, answer }) => {
      const old = admitted(applyDefaults(prepared(before![0])));
      const changed = applyDefaults(decode(merged(encode(old), body)));
      const next = changed.kind === "Service" ? normalizeClusterIPs(changed as Service, old as Service) : changed;
      const own = invalidStatus(next.kind, next.metadata.name, validateUpdate(next, old)).message;
      return own === answer.message ? [] : [{ name, own, recorded: answer.message }];
    });
    expect(wrong).toEqual([]);
  });

  it("fills in the same defaults", () => {
    const wrong = (read("defaulting") as Creation[]).flatMap(({ name, posted, returned }) => {
      // Reading back from the store applies defaults once more.
      const own = encode(downgrade(applyDefaults(prepared(posted)), posted.apiVersion));
      const expected = withoutAdmission(returned, own) as Record<string, unknown>;
      const actual = JSON.parse(JSON.stringify(own).replaceAll(UID, "<uid>")) as { metadata: { uid?: string } };
      delete actual.metadata.uid;
      return isDeepStrictEqual(actual, expected) ? [] : [{ name, actual, expected }];
    });
    expect(wrong).toEqual([]);
  });
});

/** What admission plugins and allocators add, which are not the business of defaulting. */
const ADMITTED = new Set([
  "serviceAccountName",
  "serviceAccount",
  "priority",
  "preemptionPolicy",
  "clusterIP",
  "clusterIPs",
  "ipFamilies",
  "ipFamilyPolicy",
  "finalizers",
  "healthCheckNodePort",
  "nodePort",
  "lastPhaseTransitionTime",
  "storageClassName",
]);

function isAdmitted(value: unknown): boolean {
  const { name, key } = value as { name?: unknown; key?: unknown };
  return String(name).startsWith("kube-api-access-") || String(key).startsWith("node.kubernetes.io/");
}

/** The recorded value without what `own` lacks and admission adds. */
function withoutAdmission(recorded: unknown, own: unknown): unknown {
  if (Array.isArray(recorded)) {
    const kept = recorded.filter((one) => !isAdmitted(one) || JSON.stringify(own ?? []).includes(JSON.stringify(one)));
    return kept.map((one, index) => withoutAdmission(one, Array.isArray(own) ? own[index] : undefined));
  }
  if (typeof recorded !== "object" || recorded === null) return recorded;
  const mine = (typeof own === "object" && own !== null ? own : {}) as Record<string, unknown>;
  const entries = Object.entries(recorded).flatMap(([name, value]): [string, unknown][] => {
    if (ADMITTED.has(name) && mine[name] === undefined) return [];
    const next = withoutAdmission(value, mine[name]);
    return Array.isArray(next) && next.length === 0 && mine[name] === undefined ? [] : [[name, next]];
  });
  return Object.fromEntries(entries);
}

/** A patch as the recorded requests give it; lists of one element are merged by their order. */
function merged(value: unknown, patch: unknown): unknown {
  if (Array.isArray(value) && Array.isArray(patch)) return value.map((one, index) => merged(one, patch[index]));
  if (typeof patch !== "object" || patch === null) return patch ?? value;
  const base = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  const changes = Object.entries(patch).map(([name, one]) => [name, merged(base[name], one)]);
  return { ...base, ...Object.fromEntries(changes) };
}

/** What admission and the scheduler of the recorded cluster gave to its pods and services. */
function admitted(object: ApiObject): ApiObject {
  if (object.kind === "Service") {
    return { ...object, spec: { ...(object as Service).spec, clusterIP: "10.96.1.1", clusterIPs: ["10.96.1.1"] } } as Service;
  }
  if (object.kind !== "Pod") return object;
  const { spec } = object as Pod;
  const sources = [
    { serviceAccountToken: { expirationSeconds: 3607, path: "token" } },
    { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
    { downwardAPI: { items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }] } },
  ];
  const mount = { name: "kube-api-access-abcde", readOnly: true, mountPath: "/var/run/secrets/kubernetes.io/serviceaccount" };
  return {
    ...object,
    spec: {
      ...spec,
      serviceAccountName: "default",
      volumes: [{ name: mount.name, projected: { sources, defaultMode: 420 } }],
      containers: spec.containers.map((container) => ({ ...container, volumeMounts: [mount] })),
    },
  } as Pod;
}
