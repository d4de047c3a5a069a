// Stories in a real browser: each as a person sees it with script, without, on a desktop and on a phone.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "@playwright/test";

/** Ports are found once; workers get them by the environment. */
const FIND = `const net = require("node:net"), servers = [net.createServer(), net.createServer()];
let left = 2; for (const s of servers) s.listen(0, "127.0.0.1", () => { if (--left === 0) {
  console.log(servers.map((s) => s.address().port).join(" ")); servers.forEach((s) => s.close()); } });`;
if (!process.env.FF_E2E_PORT || !process.env.FF_E2E_SANDBOX_PORT) {
  const [port, sandbox] = execFileSync(process.execPath, ["-e", FIND], { encoding: "utf8" }).trim().split(" ");
  process.env.FF_E2E_PORT = port;
  process.env.FF_E2E_SANDBOX_PORT = sandbox;
}
if (process.argv.some((word) => word.includes("pictures"))) process.env.FF_E2E_PICTURES = "yes";
const base = `http://127.0.0.1:${process.env.FF_E2E_PORT}`;
const results = join(import.meta.dirname, "test-results");
const debian = "/usr/bin/chromium";
const chromium = process.env.CHROMIUM || (existsSync(debian) ? debian : undefined);

const desktop = { viewport: { width: 1440, height: 900 } };
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
const plain = { javaScriptEnabled: false };

export default defineConfig({
  testDir: "stories",
  outputDir: results,
  fullyParallel: true,
  workers: 2,
  // A story that passes only the second time is reported as flaky.
  retries: process.env.CI ? 1 : 0,
  forbidOnly: !!process.env.CI,
  reporter: "list",
  timeout: 60_000,
  expect: { timeout: 15_000 },
  use: {
    baseURL: base,
    browserName: "chromium",
    locale: "en-GB",
    timezoneId: "America/New_York", // Not the server's zone: times must be the server's.
    contextOptions: { reducedMotion: "reduce" },
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: chromium,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "script", use: desktop, testIgnore: "pictures.spec.ts" },
    { name: "no script", use: { ...desktop, ...plain }, testIgnore: ["pictures.spec.ts", "*.hydrate.spec.ts"] },
    { name: "phone", use: phone, testIgnore: ["pictures.spec.ts", "keyboard.hydrate.spec.ts"] },
    {
      name: "phone, no script",
      use: { ...phone, ...plain },
      testIgnore: ["pictures.spec.ts", "*.hydrate.spec.ts"],
    },
    // Only when asked for by name: it proves nothing, it shows.
    ...(process.env.FF_E2E_PICTURES
      ? [{ name: "pictures", testMatch: "pictures.spec.ts", use: desktop, timeout: 180_000 }]
      : []),
  ],
  webServer: {
    command: "./stack",
    cwd: import.meta.dirname,
    url: `${base}/api/v2/firefighter/monitoring/healthcheck`,
    env: { FF_E2E_LOGS: results },
    timeout: 120_000,
    gracefulShutdown: { signal: "SIGTERM", timeout: 20_000 },
    stdout: "pipe",
    stderr: "pipe",
  },
});
