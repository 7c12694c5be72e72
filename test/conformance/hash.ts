/** Hashes of templates and containers with the names that end in them, and the static bands of service addresses and node ports. */
import { goDump } from "../../src/api/go-dump.js";
import type { Container, DaemonSet, Deployment, PodTemplateSpec, StatefulSet } from "../../src/api/types/index.js";
import { NodePortRange } from "../../src/control-plane/apiserver/services/node-port-range.js";
import { ServiceIpRange } from "../../src/control-plane/apiserver/services/service-ip-range.js";
import { newRevision } from "../../src/control-plane/controllers/history/controller-history.js";
import { podTemplateHash, revisionHash, revisionPatch, safeEncode } from "../../src/control-plane/controllers/pod-template-hash.js";
import { RandomStreams } from "../../src/engine/random.js";
import { containerHash } from "../../src/node/containers/container-hash.js";
import { differences } from "./expected.js";

export const kind = "hash";

interface Stored<T> {
  readonly stored: T;
}

type HashCase = { readonly expected: Readonly<Record<string, unknown>> } & (
  | { readonly sub: "deployment"; readonly input: Stored<Deployment> }
  | { readonly sub: "daemonset"; readonly input: Stored<DaemonSet> }
  | { readonly sub: "statefulset"; readonly input: Stored<StatefulSet> }
  | { readonly sub: "encode"; readonly input: { readonly text: string } }
  | { readonly sub: "container"; readonly input: Required<Pick<Container, "name" | "image">> }
  | { readonly sub: "service-ip-range"; readonly input: { readonly cidr: string } }
  | { readonly sub: "nodeport-range"; readonly input: { readonly range: string } }
);

function dumped(template: PodTemplateSpec): string {
  return goDump("PodTemplateSpec", template);
}

function decided(testCase: HashCase): Record<string, unknown> {
  const { sub, input } = testCase;
  switch (sub) {
    case "deployment": {
      const { metadata, spec, status } = input.stored;
      const hash = podTemplateHash(spec.template, status?.collisionCount);
      return { hash, replicaSetName: `${metadata.name}-${hash}`, hashedText: dumped(spec.template) };
    }
    case "daemonset": {
      const { spec, status } = input.stored;
      const hash = podTemplateHash(spec.template, status?.collisionCount);
      return {
        hash,
        controllerRevisionName: newRevision(input.stored, 1, hash).metadata.name,
        revisionData: revisionPatch(spec.template),
        hashedText: dumped(spec.template),
      };
    }
    case "statefulset": {
      const { spec, status } = input.stored;
      const hash = revisionHash(spec.template, status?.collisionCount ?? 0);
      return { hash, name: newRevision(input.stored, 1, hash).metadata.name, hashedText: revisionPatch(spec.template) };
    }
    case "encode":
      return { encoded: safeEncode(input.text) };
    case "container":
      return { kubeletContainerHash: containerHash(input.name, input.image) };
    case "service-ip-range":
      return { staticBand: new ServiceIpRange(input.cidr, streams.stream("band")).staticBand };
    case "nodeport-range":
      return { staticBand: new NodePortRange(input.range, streams.stream("band")).staticBand };
  }
}

/** Nothing is drawn: the bands are compared, not what is given out of them. */
const streams = new RandomStreams("bands", 0);

export function check(testCase: HashCase): string[] {
  return differences("", decided(testCase), testCase.expected);
}
