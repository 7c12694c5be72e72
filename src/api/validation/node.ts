/** Validation of nodes. Source: ValidateNode, ValidateNodeUpdate in pkg/apis/core/validation/validation.go. */
import type { Node, Taint } from "../types/node.js";
import { cidr, cidrFamily } from "./addresses.js";
import { duplicate, forbidden, invalid, notSupported, required, type FieldError } from "./field-error.js";
import { check, labelName } from "./metadata.js";
import { labelValue } from "./names.js";
import { validateResourceList } from "./resources.js";
import { TAINT_EFFECTS } from "./scheduling.js";

function validateTaints(field: string, taints: readonly Taint[]): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, taint] of taints.entries()) {
    const path = `${field}[${index}]`;
    const { key, value = "", effect, timeAdded = null } = taint;
    errors.push(...labelName(`${path}.key`, key));
    const wrong = labelValue(value);
    if (wrong.length > 0) errors.push(invalid(`${path}.value`, value, wrong.join(";")));
    if ((effect as string) === "") errors.push(required(`${path}.effect`));
    else if (!TAINT_EFFECTS.includes(effect)) errors.push(notSupported(`${path}.effect`, effect, TAINT_EFFECTS));
    if (seen.has(`${key}:${effect}`)) {
      const shown = { Key: key, Value: value, Effect: effect, TimeAdded: timeAdded };
      errors.push(duplicate(path, shown, "taints must be unique by key and effect pair"));
    }
    seen.add(`${key}:${effect}`);
  }
  return errors;
}

function validateResources({ status }: Node): FieldError[] {
  const noNameRule = (): FieldError[] => [];
  return [
    ...validateResourceList((name) => `status.capacity.${name}`, status?.capacity, noNameRule),
    ...validateResourceList((name) => `status.allocatable.${name}`, status?.allocatable, noNameRule),
  ];
}

export function validateNode(node: Node): FieldError[] {
  const { taints = [], podCIDRs = [] } = node.spec ?? {};
  const field = "spec.podCIDRs";
  const errors = [
    ...validateTaints("metadata.taints", taints),
    ...validateResources(node),
    ...podCIDRs.flatMap((block, index) => check(`${field}[${index}]`, block, cidr)),
  ];
  const [first, second] = podCIDRs;
  if (podCIDRs.length > 2 || (second !== undefined && cidrFamily(first) === cidrFamily(second))) {
    errors.push(invalid(field, podCIDRs, "may specify no more than one CIDR for each IP family"));
  }
  for (const [index, block] of podCIDRs.entries()) if (podCIDRs.indexOf(block) < index) errors.push(duplicate(`${field}[${index}]`, block));
  return errors;
}

/** What must not change in a node, and what has to hold still. */
export function validateNodeChange(node: Node, old: Node): FieldError[] {
  const { taints = [], podCIDRs = [], providerID = "" } = node.spec ?? {};
  const { podCIDRs: before = [], providerID: oldProvider = "" } = old.spec ?? {};
  const errors = validateResources(node);
  const addresses = (node.status?.addresses ?? []).map(({ type, address }) => ({ Type: type, Address: address }));
  for (const [index, one] of addresses.entries()) {
    if (addresses.slice(0, index).some((other) => other.Type === one.Type && other.Address === one.Address))
      errors.push(duplicate(`status.addresses[${index}]`, one));
  }
  const moved = before.length === podCIDRs.length ? before.filter((block, index) => block !== podCIDRs[index]).length : 1;
  for (let count = before.length === 0 ? 0 : moved; count > 0; count--)
    errors.push(forbidden("spec.podCIDRs", 'node updates may not change podCIDR except from "" to valid'));
  if (oldProvider !== "" && oldProvider !== providerID)
    errors.push(forbidden("spec.providerID", 'node updates may not change providerID except from "" to valid'));
  return [...errors, ...validateTaints("metadata.taints", taints)];
}
