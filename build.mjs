// Builds every page into prosa/web/assets/: hashed files and manifest.json (page -> files).
// A page is services/<name>/web/page.tsx, or that of prosa/signin or the simulator; its chunk is named
// after its owner.
import { context } from "esbuild";
import { globSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { gzipSync, brotliCompressSync } from "node:zlib";

const out = "prosa/web/assets";
const watch = process.argv.includes("--watch");
const pages = Object.fromEntries(
  globSync(["services/*/web/page.tsx", "prosa/*/web/page.tsx", "simulator/web/page.tsx"])
    .sort()
    .map((path) => [path.replace(/^(services|prosa)\//, "").replace("/web/page.tsx", ""), path]),
);

const manifest = {
  name: "manifest",
  setup(build) {
    build.onEnd((result) => {
      if (result.errors.length) return;
      const entries = {};
      for (const [path, output] of Object.entries(result.metafile.outputs)) {
        if (!output.entryPoint || path.endsWith(".css")) continue;
        const page = Object.keys(pages).find((name) => pages[name] === output.entryPoint);
        if (!page) continue; // a section that a page loads when it is asked for
        const strip = (file) => file.slice(out.length + 1);
        entries[page] = {
          script: strip(path),
          style: output.cssBundle ? strip(output.cssBundle) : null,
          imports: output.imports
            .filter((i) => i.kind === "import-statement")
            .map((i) => strip(i.path)),
        };
      }
      rmSync(out, { recursive: true, force: true }); // a build that fails leaves the last one in place
      mkdirSync(out, { recursive: true });
      for (const file of result.outputFiles) {
        writeFileSync(file.path, file.contents);
        if (!watch && /\.(js|css|svg)$/.test(file.path)) {
          writeFileSync(`${file.path}.gz`, gzipSync(file.contents, { level: 9 }));
          writeFileSync(`${file.path}.br`, brotliCompressSync(file.contents));
        }
      }
      writeFileSync(`${out}/manifest.json`, JSON.stringify(entries, null, 2) + "\n");
    });
  },
};

const build = await context({
  entryPoints: pages,
  outdir: out,
  entryNames: "[name]-[hash]",
  chunkNames: "kit-[hash]",
  assetNames: "[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  target: ["es2022", "chrome110", "firefox115", "safari16.4"],
  jsx: "automatic",
  jsxImportSource: "preact",
  alias: { "@kit": "./prosa/web/kit" },
  loader: { ".woff2": "file", ".svg": "file" },
  minify: !watch,
  sourcemap: watch ? "inline" : false,
  metafile: true,
  write: false,
  legalComments: "eof",
  plugins: [manifest],
  logLevel: "info",
});
if (watch) await build.watch();
else {
  await build.rebuild();
  await build.dispose();
}
