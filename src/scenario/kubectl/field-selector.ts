/**
 * Field selectors: `status.phase!=Running,spec.nodeName=worker-1`. Each kind can be selected by a few of its fields alone.
 * Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/field-selectors/
 */
import { kindInfo, type Kind, type KindInfo } from "../../api/kinds.js";
import type { ApiObject } from "../../api/types/meta.js";
import { fieldAt, parseFieldPath } from "../field-path.js";
import { textOf } from "./json-path.js";
import { ServerError } from "./kubectl-error.js";
import { groupOf } from "./session.js";
import { UsageError } from "./usage-error.js";

interface Requirement {
  readonly field: string;
  readonly isEqual: boolean;
  readonly value: string;
}

export type FieldSelector = readonly Requirement[];

const EVERY_KIND = ["metadata.name", "metadata.namespace"];
/** Fields beside the name and namespace. Source: the field label conversions of kubernetes/pkg/apis. */
const FIELDS: { readonly [K in Kind]?: readonly string[] } = {
  Pod: [
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "spec.hostNetwork",
    "status.phase",
    "status.podIP",
    "status.nominatedNodeName",
  ],
  Node: ["spec.unschedulable"],
  Namespace: ["status.phase"],
  Secret: ["type"],
  ReplicationController: ["status.replicas"],
  ReplicaSet: ["status.replicas"],
  Job: ["status.successful"],
  Event: [
    "involvedObject.kind",
    "involvedObject.namespace",
    "involvedObject.name",
    "involvedObject.uid",
    "involvedObject.apiVersion",
    "involvedObject.resourceVersion",
    "involvedObject.fieldPath",
    "reason",
    "reportingComponent",
    "source",
    "type",
  ],
};

/** Where a field is kept under another name. */
const PATHS: Readonly<Record<string, string>> = {
  "status.successful": "status.succeeded",
  source: "source.component",
  reportingComponent: "source.component",
};

/** @throws UsageError */
export function parseFieldSelector(text: string): FieldSelector {
  return text
    .split(",")
    .filter((part) => part.trim() !== "")
    .map((part) => {
      const found = /^([^=!]+)(==|=|!=)(.*)$/.exec(part.trim());
      if (found === null) throw new UsageError(`invalid selector: '${text}'; can't understand '${part}'`);
      return { field: found[1], isEqual: found[2] !== "!=", value: found[3] };
    });
}

/** Whether the object has the fields' values; fields that are not there count as empty. @throws ServerError for a field that its kind has not */
export function matchesFields(selector: FieldSelector, object: ApiObject): boolean {
  return selector.every(({ field, isEqual, value }) => (valueOf(object, field) === value) === isEqual);
}

/** @throws ServerError where objects of the kind cannot be selected by one of the fields */
export function checkFields(selector: FieldSelector, kind: Kind): void {
  const known = [...EVERY_KIND, ...(FIELDS[kind] ?? [])];
  const unknown = selector.find(({ field }) => !known.includes(field));
  if (unknown === undefined) return;
  const info = kindInfo(kind)!;
  const text = selector.map(({ field, isEqual, value }) => `${field}${isEqual ? "=" : "!="}${value}`).join(",");
  throw new ServerError({
    code: 400,
    reason: "BadRequest",
    message: unfound(info, undefined, text, `field label not supported: ${unknown.field}`),
  });
}

/** What kubectl says before the API server's refusal of a list. Source: k8s.io/cli-runtime/pkg/resource/visitor.go EnhanceListError */
export function unfound(info: KindInfo, labels = "", fields = "", why: string): string {
  const resource = `${groupOf(info)}/${info.apiVersion.split("/").at(-1) ?? ""}, Resource=${info.resource}`;
  return `Unable to find ${JSON.stringify(resource)} that match label selector ${JSON.stringify(labels)}, field selector ${JSON.stringify(fields)}: ${why}`;
}

/** Booleans and numbers that are absent are their zero. */
const ZEROS: Readonly<Record<string, string>> = {
  "spec.unschedulable": "false",
  "spec.hostNetwork": "false",
  "status.replicas": "0",
  "status.successful": "0",
};

function valueOf(object: ApiObject, field: string): string {
  const value = fieldAt(object, parseFieldPath(PATHS[field] ?? field));
  return value === undefined || value === null ? (ZEROS[field] ?? "") : textOf(value);
}
