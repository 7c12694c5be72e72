import { describe, expect, it } from "vitest";
import { MemoryCluster } from "../memory-cluster.js";

const lines = (line: string) => new MemoryCluster().kubectl(line).output;

// Layout of kubectl/pkg/explain/v2/templates/plaintext.tmpl; types and required fields of the published OpenAPI documents.
describe("kubectl explain", () => {
  it("shows group, kind and version, and the fields by name", () => {
    const output = lines("explain deploy");
    expect(output.slice(0, 5)).toEqual(["GROUP:      apps", "KIND:       Deployment", "VERSION:    v1", "", "DESCRIPTION:"]);
    expect(output.slice(output.indexOf("FIELDS:") + 1)).toEqual([
      "  apiVersion\t<string>",
      "  kind\t<string>",
      "  metadata\t<ObjectMeta>",
      "  spec\t<DeploymentSpec>",
      "  status\t<DeploymentStatus>",
      "",
    ]);
    expect(lines("explain pods")[0]).toBe("KIND:       Pod");
  });

  it("follows a path, and says what must be given", () => {
    expect(lines("explain pod.spec.containers.ports")).toContain("  containerPort\t<integer> -required-");
    expect(lines("explain pod.spec.containers.resources.limits")).toContain("FIELD: limits <map[string]Quantity>");
    expect(lines("explain sts.spec")).toContain("  template\t<PodTemplateSpec> -required-");
    expect(lines("explain rs.spec")).toContain("  template\t<PodTemplateSpec>");
    expect(lines("explain pdb.spec")).toContain("  maxUnavailable\t<IntOrString>");
  });

  it("lays out what is below with --recursive", () => {
    expect(lines("explain deploy.spec.strategy --recursive").slice(-5)).toEqual([
      "  rollingUpdate\t<RollingUpdateDeployment>",
      "    maxSurge\t<IntOrString>",
      "    maxUnavailable\t<IntOrString>",
      "  type\t<string>",
      "",
    ]);
    expect(lines("explain pod --recursive").length).toBeGreaterThan(500);
  });

  it.each([
    ["explain", "You must specify the type of resource to explain."],
    ["explain pod svc", "We accept only this format: explain RESOURCE"],
    ["explain pod.spec.foo", 'field "foo" does not exist'],
    ["explain pod.spec.nodeName.x", 'field "x" does not exist'],
    ["explain frogs", 'the server doesn\'t have a resource type "frogs"'],
  ])("%s", (line, message) => {
    expect(() => lines(line)).toThrow(message);
  });
});
