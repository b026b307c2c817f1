import { defineConfig } from "vite";

/** Assets get hashed names, so they may be cached forever; nothing is inlined, because the CSP forbids inline code. */
export default defineConfig({
  base: "/dashboard/",
  build: {
    target: "es2022",
    manifest: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
