// What must be true of every page.
import { expect, test } from "../desk.ts";

const PAGES: [title: RegExp, path: (id: number) => string, status?: number][] = [
  [/^Incidents Dashboard \| /, () => "/"],
  [/^Incidents List \| /, () => "/incident/"],
  [/^Declare Critical Incident \| /, () => "/incident/create/"],
  [/^Incident #\d+ \| /, (id) => `/incident/${id}/`],
  [/^Update incident #\d+ \| /, (id) => `/incident/${id}/update/`],
  [/^Edit incident #\d+ \| /, (id) => `/incident/${id}/edit/`],
  [/^Close incident #\d+ \| /, (id) => `/incident/${id}/close/`],
  [/^Reopen incident #\d+ \| /, (id) => `/incident/${id}/reopen/`],
  [/^Page not found \| /, () => "/nowhere/", 404],
];
const LONG = "Averyveryverylongwordthatnobodywouldevertypebutsomebodydidaverylongone".repeat(1);

for (const [title, path, status] of PAGES) {
  // WEB-033
  test(`${path(1)} is accessible by day and night, and fits small screens`, async ({ desk, person }) => {
    const { page } = desk;
    await desk.is(person.username);
    const id = await desk.declared({
      title: `Fits: ${LONG}`,
      description: `See https://example.com/${LONG} and ${LONG}.\nA second line.`,
    });
    await desk.opens(path(id), status);
    await expect(page).toHaveTitle(title);
    await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
    await expect(page.locator("html")).toHaveAttribute("lang", "en");
    await desk.isAccessible();
    await desk.fits();
    await page.setViewportSize({ width: 320, height: 640 });
    await desk.fits();
  });
}

test("the page to sign in is accessible by day and night, and fits small screens", async ({ desk }) => {
  const { page } = desk;
  await desk.opens("/admin/login/");
  await expect(page).toHaveTitle(/^Log in \| /);
  await desk.isAccessible();
  await page.setViewportSize({ width: 320, height: 640 });
  await desk.fits();
});

// WEB-032
test("day and night follow the system", async ({ desk, person }) => {
  const { page } = desk;
  await desk.is(person.username);
  await desk.opens("/");
  const light = async () =>
    page.evaluate(() => {
      const probe = document.createElement("canvas").getContext("2d")!;
      probe.fillStyle = getComputedStyle(document.body).backgroundColor;
      probe.fillRect(0, 0, 1, 1);
      return probe.getImageData(0, 0, 1, 1).data[0];
    });
  await page.emulateMedia({ colorScheme: "light" });
  expect(await light()).toBeGreaterThan(200);
  await page.emulateMedia({ colorScheme: "dark" });
  expect(await light()).toBeLessThan(60);
});

// WEB-035
test("times are those of the desk's zone, to the minute", async ({ desk, person }) => {
  const { page } = desk;
  await desk.is(person.username);
  const id = await desk.declared();
  await desk.opens(`/incident/${id}/`);
  const time = page.getByRole("list", { name: "Newest first" }).locator("time").last();
  const at = new Date((await time.getAttribute("datetime"))!);
  const paris = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Paris", dateStyle: "short", timeStyle: "short" });
  await expect(time).toHaveAttribute("title", new RegExp(paris.format(at).replaceAll("-", "/")));
});
