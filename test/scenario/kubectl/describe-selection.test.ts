import { describe, expect, it } from "vitest";
import { MemoryCluster, pod } from "../memory-cluster.js";

// Source: kubectl/pkg/cmd/describe/describe.go.
describe("what kubectl describe describes", () => {
  const cluster = () => new MemoryCluster([pod("web-1"), pod("web-2"), pod("db")]);
  const namesIn = (output: readonly string[]) => output.filter((line) => line.startsWith("Name:")).map((line) => line.slice(5).trim());

  it("is what bears the name, or else all whose names begin with it", () => {
    expect(namesIn(cluster().kubectl("describe pod web").output)).toEqual(["web-1", "web-2"]);
    expect(namesIn(cluster().kubectl("describe pod web-1").output)).toEqual(["web-1"]);
    expect(cluster().kubectl("describe pod/web").errors).toEqual(['Error from server (NotFound): pods "web" not found']);
    expect(cluster().kubectl("describe pod x").errors).toEqual(['Error from server (NotFound): pods "x" not found']);
  });

  it("is told to stderr where it is nothing", () => {
    const { exitCode, stderr } = cluster().kubectl("describe services");
    expect([exitCode, stderr]).toEqual([0, ["No resources found in default namespace."]]);
    expect(cluster().kubectl("describe services -A").stderr).toEqual(["No resources found"]);
  });

  it("must be named", () => {
    const message =
      'You must specify the type of resource to describe. Use "kubectl api-resources" for a complete list of supported resources.';
    expect(() => cluster().kubectl("describe")).toThrow(message);
  });
});
