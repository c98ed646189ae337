// Bundles the page's and the drawing's script into the Python package. `make graph-assets` runs it; the result is
// committed, so that nobody needs node to use the package.
import { readFileSync, readdirSync, existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const target = process.argv[2] ?? join(here, "../src/appmesh_inject/graph/assets");

/** The licence of a bundled package: it has to go where the code goes, so into every page. */
function licence(name) {
  const folder = join(here, "node_modules", name);
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  if (!file) throw new Error(`${name} has no licence file`);
  return `${name} ${version}\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
}

/** The packages that a bundle took code from, as esbuild counts them. */
function bundled(metafile) {
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.keys(output.inputs));
  const names = inputs.map((input) => input.match(/node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1]).filter(Boolean);
  return [...new Set(names)].sort();
}

for (const name of ["page", "drawing"]) {
  const options = {
    absWorkingDir: here,
    entryPoints: [`src/${name}.js`],
    outfile: join(target, `${name}.js`),
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    charset: "ascii",
    legalComments: "none",
    metafile: true,
  };
  const { metafile } = await build({ ...options, write: false });
  const notice = bundled(metafile).filter((each) => existsSync(join(here, "node_modules", each))).map(licence).join("\n---\n\n");
  if (notice.includes("*/")) throw new Error("a licence would end its comment");
  await build({ ...options, banner: { js: `/*! This script includes:\n\n${notice}*/` } });
}
