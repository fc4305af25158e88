// Builds the files of others that the page serves, with their licences and checksums.
// `make vendor` runs it; the same versions give the same bytes.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const to = "../src/offramp/web/static/vendor";
rmSync(to, { recursive: true, force: true });
mkdirSync(to, { recursive: true });
const plain = { bundle: true, format: "esm", minify: true, target: "es2022", legalComments: "none", write: true };
const made = await build({ ...plain, entryPoints: ["codemirror.js"], outfile: join(to, "codemirror.js"), metafile: true });
const graph = await build({ ...plain, stdin: { contents: 'export * from "@dagrejs/dagre";', resolveDir: "." }, outfile: join(to, "dagre.js"), metafile: true });
writeFileSync(join(to, "htmx.js"), readFileSync("node_modules/htmx.org/dist/htmx.min.js"));

const inputs = [...Object.keys(made.metafile.inputs), ...Object.keys(graph.metafile.inputs), "node_modules/htmx.org/x"];
const used = new Set(inputs.map((one) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(one)?.[1]).filter(Boolean));
const licences = [...used].sort().map((name) => {
  const folder = join("node_modules", name);
  const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  const text = file ? readFileSync(join(folder, file), "utf8").trim() : "(the package holds no text of its licence)";
  return `${name} ${about.version} (${about.license})\n\n${text}\n`;
});
writeFileSync(join(to, "LICENCES.txt"), licences.join(`\n${"-".repeat(78)}\n\n`));

const sums = readdirSync(to).sort().map((name) => {
  return `${createHash("sha256").update(readFileSync(join(to, name))).digest("hex")}  ${name}\n`;
});
writeFileSync(join(to, "SHA256SUMS"), sums.join(""));
