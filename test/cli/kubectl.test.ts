import { describe, expect, it } from "vitest";
import { fileWith, kubewarp, WEB_ON_TWO_WORKERS } from "./kubewarp.js";

const FILE = fileWith(WEB_ON_TWO_WORKERS);

function kubectl(...words: readonly string[]) {
  return kubewarp(["kubectl", "--scenario", FILE, "--at", "1m", ...words]);
}

// Streams, words and exit codes are kubectl's own: kubectl/pkg/cmd/util/helpers.go checkErr.
describe("kubewarp kubectl", () => {
  it("prints to stdout what kubectl prints there, and ends with 0", () => {
    expect(kubectl("get", "deployment", "web", "-o", "name")).toEqual({ code: 0, stdout: "deployment.apps/web\n", stderr: "" });
  });

  it("takes what stands behind the scenario for the command line, and helps", () => {
    expect(kubewarp(["kubectl", "--scenario", FILE, "get", "nodes", "-o", "name"]).stdout).toBe("node/worker-1\nnode/worker-2\n");
    expect(kubectl("rollout")).toMatchObject({ code: 1, stderr: "" });
    expect(kubectl("rollout").stdout).toMatch(/Available Commands:\n {2}history /);
    expect(kubectl("create", "secret")).toMatchObject({ code: 1, stdout: "" });
    expect(kubectl("get", "--help")).toMatchObject({ code: 0, stderr: "" });
  });

  it("prints refusals to stderr, and ends with 1", () => {
    expect(kubectl("get", "pod", "gone")).toEqual({
      code: 1,
      stdout: "",
      stderr: 'Error from server (NotFound): pods "gone" not found\n',
    });
    expect(kubectl("create", "deployment", "web", "--image=nginx")).toEqual({
      code: 1,
      stdout: "",
      stderr: 'error: failed to create deployment: deployments.apps "web" already exists\n',
    });
  });

  it("says of a wrong command line what kubectl says, and ends with 1", () => {
    expect(kubectl("scale", "deployment/web", "--replicas=many")).toEqual({
      code: 1,
      stdout: "",
      stderr: `error: invalid argument "many" for "--replicas" flag: strconv.ParseInt: parsing "many": invalid syntax\nSee 'kubectl scale --help' for usage.\n`,
    });
  });

  it("ends with 1 where a manifest is missing, empty or wrong", () => {
    expect(kubectl("create", "-f", "nosuch.yaml")).toEqual({
      code: 1,
      stdout: "",
      stderr: 'error: the path "nosuch.yaml" does not exist\n',
    });
    expect(kubectl("apply", "-f", fileWith("# nothing\n"))).toEqual({ code: 1, stdout: "", stderr: "error: no objects passed to apply\n" });
    const wrong = kubectl("apply", "-f", fileWith("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: x}\n"));
    expect(wrong).toMatchObject({ code: 1, stdout: "" });
    expect(wrong.stderr).toMatch(/^error: .*containers/);
  });

  it("says to stderr that there is nothing", () => {
    expect(kubectl("get", "pods", "-n", "empty")).toEqual({ code: 0, stdout: "", stderr: "No resources found in empty namespace.\n" });
  });

  it("asks the API server's own rules what another user may do", () => {
    expect(kubectl("auth", "can-i", "list", "pods", "--as", "jane")).toEqual({ code: 1, stdout: "no\n", stderr: "" });
    expect(kubectl("auth", "can-i", "list", "pods")).toEqual({ code: 0, stdout: "yes\n", stderr: "" });
    expect(kubectl("delete", "pods", "--all", "--as=jane").stderr).toBe(
      'Error from server (Forbidden): pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default"\n',
    );
  });

  it("tells of changes up to the scenario's end", () => {
    const watched = kubewarp(["kubectl", "--scenario", FILE, "--at", "100ms", "get", "pods", "-w", "--no-headers"]);
    expect(watched.code).toBe(0);
    const states = new Set(watched.stdout.split("\n").map((line) => line.split(/ +/)[2]));
    expect([...states]).toEqual(expect.arrayContaining(["Pending", "ContainerCreating", "Running"]));
  });

  it("rehearses against the server without a change", () => {
    expect(kubectl("run", "extra", "--image=nginx", "--dry-run=server")).toEqual({
      code: 0,
      stdout: "pod/extra created (server dry run)\n",
      stderr: "",
    });
  });

  it("ends with the code of the command that ran in a container", () => {
    const [pod] = kubectl("get", "pods", "-o", "name").stdout.split("\n");
    expect(kubectl("exec", pod, "--", "frobnicate").code).toBe(127);
  });
});
