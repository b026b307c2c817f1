import { defineConfig } from "vite";

/** `vite build` builds the module, `vite build --mode script` the file for a script tag. */
export default defineConfig(({ mode }) => {
  const isScript = mode === "script";
  return {
    build: {
      target: "es2020",
      emptyOutDir: !isScript,
      lib: isScript
        ? { entry: "src/script.ts", formats: ["iife"], name: "shopsignalTracker", fileName: () => "tracker.iife.js" }
        : { entry: "src/index.ts", formats: ["es"], fileName: () => "tracker.js" },
      minify: "oxc",
      rolldownOptions: { output: { minify: true } },
    },
  };
});
