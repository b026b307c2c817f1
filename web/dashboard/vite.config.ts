import { defineConfig } from "vite";

/** Assets get hashed names, so that they may be cached for ever; nothing is inlined, because the CSP allows no inline code. */
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
