import { expect, test } from "../desk.ts";

test("a page whose part does not come says so, and the window goes on", async ({ desk, person }) => {
  const { page } = desk;
  await desk.is(person.username);
  await desk.opens("/");
  // As after a new release, or without a connection.
  desk.foresees("Failed to (load resource|fetch)");
  const parts = /\/pkg\/(split|chunk)_/;
  await page.route(parts, (route) => route.abort());
  await page.getByRole("link", { name: "Declare", exact: true }).click();
  await expect(page).toHaveURL(/\/incident\/create\/$/);
  await expect(page.getByRole("alert")).toContainText("This page could not be loaded");
  await desk.isAccessible();
  await desk.fits();
  // What is there already works on.
  await page.goBack();
  await expect(page).toHaveURL(/\/$/);
  await expect(page.getByRole("alert")).not.toBeAttached();
  await page.goForward();
  await expect(page.getByRole("alert")).toBeVisible();
  await page.unroute(parts);
  await page.getByRole("link", { name: "Load it again" }).click();
  await desk.taken();
  await expect(page.getByLabel("Title", { exact: true })).toBeVisible();
});

test("the files of a page are named with its answer, and come once", async ({ desk, person }) => {
  const { page } = desk;
  await desk.is(person.username);
  const loaded: string[] = [];
  page.on("response", (response) => {
    const { pathname } = new URL(response.url());
    if (/\/pkg\/(split|chunk)_/.test(pathname) && !response.fromServiceWorker()) loaded.push(pathname);
  });
  await desk.opens("/");
  expect(loaded).toEqual([]);
  const answer = await page.request.get("/incident/");
  const named = [...(answer.headers().link ?? "").matchAll(/<([^>]+)>; rel=preload; as=fetch; crossorigin/g)].map((link) => link[1]);
  expect(named.length).toBeGreaterThan(1);
  await desk.opens("/incident/");
  expect(loaded.sort()).toEqual(named.sort());
});
