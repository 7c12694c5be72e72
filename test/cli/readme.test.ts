import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { kubewarp, ROOT, temporaryFolder } from "./kubewarp.js";

const README = readFileSync(join(ROOT, "README.md"), "utf8");

function blocks(language: string): string[] {
  return [...README.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, "g"))].map(([, text]) => text);
}

describe("README.md", () => {
  it("shows what its example really prints", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "lab.yaml"), blocks("yaml")[0]);
    const shown = blocks("console");
    expect(shown.length).toBeGreaterThan(1);
    for (const block of shown) {
      const [command, ...output] = block.split("\n");
      const words = command.replace("$ npx kubewarp ", "").split(" ");
      expect(kubewarp(words, { cwd: folder }).stdout).toBe(output.join("\n"));
    }
  });
});

describe("the documents", () => {
  it.each([
    "README.md",
    "CONTRIBUTING.md",
    "docs/architecture.md",
    "docs/scenario.md",
    "docs/output.md",
    "docs/network.md",
    "docs/plugins.md",
    "docs/performance.md",
  ])("%s has no gap left to fill and no link that leads nowhere", (file) => {
    const text = readFileSync(join(ROOT, file), "utf8");
    expect(text).not.toMatch(/@@[A-Z]+@@/);
    const links = [...text.matchAll(/\]\(([^)#]+)(#[^)]*)?\)/g)].map(([, link]) => link).filter((link) => !link.includes("://"));
    expect(links.filter((link) => !existsSync(join(ROOT, dirname(file), link)))).toEqual([]);
  });
});
