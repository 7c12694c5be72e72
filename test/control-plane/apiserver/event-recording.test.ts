import { describe, expect, it } from "vitest";
import { HOUR, MINUTE } from "../../../src/engine/simulation.js";
import { instantServer } from "./pods.js";

describe("stored Events", () => {
  it("go an hour after they last changed", () => {
    const { server, simulation } = instantServer();
    const client = server.connect({ component: "kubelet", user: "system:node:worker-1", groups: ["system:nodes"] });
    const about = (name: string): void => {
      client.recordEvent({ kind: "Pod", namespace: "default", name, uid: name }, "Normal", "Pulled", "the image is there");
    };
    const names = (): string[] => [...server.objects.list("Event")].map(({ involvedObject }) => involvedObject.name).sort();
    about("once");
    simulation.run(10 * MINUTE);
    about("again");
    simulation.run(30 * MINUTE);
    about("again");
    simulation.run(59 * MINUTE);
    expect(names()).toEqual(["again", "once"]);
    simulation.run(HOUR + 2 * MINUTE);
    expect(names()).toEqual(["again"]);
    // Ten minutes after the start its first hour ends, but it was heard of again.
    simulation.run(HOUR + 12 * MINUTE);
    expect(names()).toEqual(["again"]);
    simulation.run(3 * HOUR);
    expect(names()).toEqual([]);
  });
});
