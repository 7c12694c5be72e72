/**
 * Which address families a Service has: what its user says, what its addresses imply, and what the cluster has.
 *
 * Source: initIPFamilyFields in kubernetes/pkg/registry/core/service/storage/alloc.go.
 */
import type { Service } from "../../../api/types/network.js";
import { isIPv4 } from "../../../api/validation/addresses.js";
import { validateServiceAddresses } from "../../../api/validation/service.js";
import { type FieldCause, invalid } from "../status-errors.js";

type Family = "IPv4" | "IPv6";

const HEADLESS = "None";

export function isHeadless({ spec: { clusterIP } }: Service): boolean {
  return clusterIP === HEADLESS;
}

function isWithoutSelector({ spec: { selector } }: Service): boolean {
  return Object.keys(selector ?? {}).length === 0;
}

function defaultPolicy(service: Service, previous: Service | undefined): string {
  const before = previous?.spec.ipFamilyPolicy;
  if (before !== undefined) return before;
  return isHeadless(service) && isWithoutSelector(service) ? "RequireDualStack" : "SingleStack";
}

function cause(field: string, value: unknown, detail: string): FieldCause {
  return { type: "FieldValueInvalid", field, message: `Invalid value: ${JSON.stringify(value)}: ${detail}` };
}

function sameList(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  return (a ?? []).join() === (b ?? []).join();
}

function withBoth(families: readonly string[]): readonly string[] {
  return families.length === 1 ? [families[0], families[0] === "IPv4" ? "IPv6" : "IPv4"] : families;
}

/** Lists that a change to a single family leaves with their first element. */
function released(
  service: Service,
  previous: Service | undefined,
): { readonly clusterIPs: readonly string[]; readonly ipFamilies: readonly string[] } {
  const { clusterIPs = [], ipFamilies = [], ipFamilyPolicy } = service.spec;
  if (previous === undefined || ipFamilyPolicy !== "SingleStack") return { clusterIPs, ipFamilies };
  return {
    clusterIPs: sameList(clusterIPs, previous.spec.clusterIPs) ? clusterIPs.slice(0, 1) : clusterIPs,
    ipFamilies: sameList(ipFamilies, previous.spec.ipFamilies) ? ipFamilies.slice(0, 1) : ipFamilies,
  };
}

function policyMistakes(
  policy: string,
  previous: Service | undefined,
  clusterIPs: readonly string[],
  ipFamilies: readonly string[],
): FieldCause[] {
  const field = "spec.ipFamilyPolicy";
  const found: FieldCause[] = [];
  if (policy === "SingleStack") {
    const both = (what: string) =>
      cause(field, policy, `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`);
    if (clusterIPs.length === 2) found.push(both("cluster IPs"));
    if (ipFamilies.length === 2) found.push(both("IP families"));
  } else if (previous !== undefined) {
    const release = (what: string) => cause(field, policy, `must be 'SingleStack' to release the secondary ${what}`);
    if ((previous.spec.clusterIPs?.length ?? 0) === 2 && clusterIPs.length === 1) found.push(release("cluster IP"));
    if ((previous.spec.ipFamilies?.length ?? 0) === 2 && ipFamilies.length === 1) found.push(release("IP family"));
  }
  return found;
}

/**
 * The service with its families and their policy, and without addresses that it releases.
 *
 * @param available the families of the cluster's service ranges, the default one first
 * @throws ApiStatusError 422
 */
export function withFamilies(service: Service, previous: Service | undefined, available: readonly Family[]): Service {
  if (service.spec.type === "ExternalName") return service;
  const { name } = service.metadata;
  const refuseIf = (causes: readonly FieldCause[]): void => {
    if (causes.length > 0) throw invalid("Service", name, causes);
  };
  const ipFamilyPolicy = service.spec.ipFamilyPolicy ?? defaultPolicy(service, previous);
  const stated: Service = { ...service, spec: { ...service.spec, ipFamilyPolicy } };
  refuseIf(validateServiceAddresses(stated.spec));

  const { clusterIPs, ipFamilies: given } = released(stated, previous);
  const found = policyMistakes(ipFamilyPolicy, previous, clusterIPs, given);
  let ipFamilies: readonly string[] = given;
  for (const [index, address] of clusterIPs.entries()) {
    if (address === HEADLESS) break;
    if (index < ipFamilies.length) continue;
    const family: Family = isIPv4(address) ? "IPv4" : "IPv6";
    if (available.includes(family)) ipFamilies = [...ipFamilies, family];
    else found.push(cause(`spec.clusterIPs[${index}]`, clusterIPs, `${family} is not configured on this cluster`));
  }
  refuseIf(found);

  const complete = (families: readonly string[]): Service => ({
    ...stated,
    spec: { ...stated.spec, ipFamilies: families, ...(clusterIPs.length > 0 && { clusterIPs }) },
  });
  const families = ipFamilies.length === 0 ? [available[0]] : ipFamilies;
  // The endpoints of such a service are whatever the user writes, of either family.
  if (isHeadless(service) && isWithoutSelector(service)) return complete(ipFamilyPolicy === "SingleStack" ? families : withBoth(families));

  if (ipFamilyPolicy === "RequireDualStack" && available.length < 2)
    found.push(cause("spec.ipFamilyPolicy", ipFamilyPolicy, "this cluster is not configured for dual-stack services"));
  for (const [index, family] of ipFamilies.entries())
    if (!(available as readonly string[]).includes(family))
      found.push(cause(`spec.ipFamilies[${index}]`, family, "not configured on this cluster"));
  refuseIf(found);
  return complete(ipFamilyPolicy === "SingleStack" || available.length < 2 ? families : withBoth(families));
}
