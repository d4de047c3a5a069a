// An incident as it was at any moment, and what others did since somebody looked.
import { expect, OUTSIDER, test, unique } from "../desk.ts";
import { later } from "../sandbox.ts";

// What is said stays on the page of its moment; what came later is not there, and nothing can be changed.
test("the page shows the incident as it was, and leads on and back", async ({ desk, person }) => {
  const { page } = desk;
  await desk.is(person.username);
  const id = await desk.declared({ customers: "HI" });
  const [first, second] = [`Cause found ${unique()}`, `Rolled back ${unique()}`];
  for (const [words, status] of [
    [first, "Investigating"],
    [second, "Mitigating"],
  ]) {
    // Moments of an address are whole seconds.
    await later(1500);
    await desk.opens(`/incident/${id}/`);
    await page.getByLabel("Update message").fill(words);
    await page.getByRole("combobox", { name: "Status" }).selectOption({ label: status });
    await page.getByRole("button", { name: "Post update" }).click();
    await expect(page.getByText("Update posted.")).toBeVisible();
  }
  await desk.opens(`/incident/${id}/`);
  const timeline = page.getByRole("list", { name: "Newest first" });
  await expect(timeline).toContainText(second);
  const field = page.getByLabel("See it as it was at");
  await expect(field).toHaveValue(/^\d{4}-\d\d-\d\dT\d\d:\d\d/);

  // The field opens the second that it holds: all of it, so the last words are there.
  await page.getByRole("button", { name: "Show", exact: true }).click();
  const banner = page.getByRole("status").filter({ hasText: "As it was at" });
  await expect(banner).toBeVisible();
  await desk.taken();
  await expect(page).toHaveURL(new RegExp(`/incident/${id}/\\?at=`));
  await expect(timeline).toContainText(second);

  // One step back: the second update is gone, and with it its status.
  await banner.getByRole("link", { name: "Earlier" }).click();
  await expect(timeline).not.toContainText(second);
  await expect(timeline).toContainText(first);
  await expect(page.locator("h1 + *, h1").first()).toBeVisible();
  await expect(page.getByText("What came later is hidden, nothing can be changed here.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Post update" })).toHaveCount(0);
  await expect(page.getByRole("link", { name: /^(Change |Add|Post)/ })).toHaveCount(0);
  await desk.isAccessible();
  await desk.fits();

  // The tabs of the timeline stay in the past.
  await page.getByRole("link", { name: /^Changes/ }).click();
  await expect(page).toHaveURL(/at=.*show=changes/);
  await expect(banner).toBeVisible();

  await banner.getByRole("link", { name: "Earlier" }).click();
  await expect(page.locator("#timeline")).not.toContainText(first);
  await banner.getByRole("link", { name: "Later" }).click();
  await expect(page.locator("#timeline")).toContainText(first);
  await banner.getByRole("link", { name: "Back to now" }).click();
  await expect(page.getByRole("button", { name: "Post update" })).toBeVisible();
  await expect(timeline).toContainText(second);
  await expect(banner).toHaveCount(0);
});

test("the ruler is the way in: a dot opens its moment, the slider any other", async ({ desk, person }) => {
  const { page } = desk;
  await desk.is(person.username);
  const id = await desk.declared({ customers: "HI" });
  await later(1500);
  await desk.opens(`/incident/${id}/`);
  const words = `Seen on the ruler ${unique()}`;
  await page.getByLabel("Update message").fill(words);
  await page.getByRole("button", { name: "Post update" }).click();
  await expect(page.getByText("Update posted.")).toBeVisible();
  await desk.opens(`/incident/${id}/`);
  const banner = page.getByRole("status").filter({ hasText: "As it was at" });
  const wide = (page.viewportSize()?.width ?? 0) >= 768;
  if (wide) {
    await page.getByRole("link", { name: /update by/ }).first().focus();
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(new RegExp(`/incident/${id}/\\?at=`));
    await expect(banner).toBeVisible();
    await expect(page.getByRole("list", { name: "Newest first" })).toContainText(words);
    await banner.getByRole("link", { name: "Back to now" }).click();
    await expect(banner).toHaveCount(0);
  }
  const slider = page.getByRole("slider", { name: "Moment to look at" });
  if (!desk.script) {
    await expect(slider).toBeHidden();
    return;
  }
  await desk.taken();
  await slider.focus();
  await page.keyboard.press("Home");
  await expect(slider).toHaveAttribute("aria-valuetext", /^\d{4}-\d\d-\d\d \d\d:\d\d/);
  await expect(page).toHaveURL(new RegExp(`/incident/${id}/\\?at=`));
  await expect(banner).toBeVisible();
  await expect(page.getByRole("button", { name: "Post update" })).toHaveCount(0);
  await page.getByRole("slider", { name: "Moment to look at" }).focus();
  await page.keyboard.press("End");
  await expect(banner).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Post update" })).toBeVisible();
});

test("a moment that cannot be shown says why, and shows now", async ({ desk, person }) => {
  const { page } = desk;
  await desk.is(person.username);
  const id = await desk.declared();
  await desk.opens(`/incident/${id}/?at=2020-01-01T10:00`);
  await expect(page.getByRole("alert")).toContainText("Before that there is nothing to see.");
  await expect(page.getByLabel("See it as it was at")).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByRole("button", { name: "Post update" })).toBeVisible();
  await desk.isAccessible();
});

test("what others did since somebody looked is told, with a line where they were", async ({ desk, person, another }) => {
  const { page } = desk;
  await desk.is(person.username);
  const id = await desk.declared({ customers: "HI" });
  await desk.opens(`/incident/${id}/`);
  await expect(page.getByText("Since you last looked")).toHaveCount(0);
  // The look is noted after the answer, as of what the page showed: what others do meanwhile is new.
  await page.goto("about:blank");

  const other = await another(OUTSIDER.username);
  const words = `It is worse than we thought ${unique()}`;
  await other.opens(`/incident/${id}/update/`);
  await other.picks(other.page.getByRole("combobox", { name: "Priority" }), "P1");
  await other.page.getByLabel("Update message").fill(words);
  await other.page.getByRole("button", { name: "Post update" }).click();
  await expect(other.page.getByText("Update posted.")).toBeVisible();

  await desk.opens(`/incident/${id}/`);
  const since = page.locator("p").filter({ hasText: "Since you last looked" });
  await expect(since).toContainText("→ P1");
  await expect(since).toContainText("1 update");
  await expect(page.locator("#since")).toContainText("You last looked at");
  await desk.isAccessible();
  await desk.fits();
  await since.getByRole("link", { name: "1 update" }).click();
  await expect(page.locator(".ev:target")).toContainText(words);
  await expect(async () => {
    await desk.opens(`/incident/${id}/`);
    expect(await page.getByText("Since you last looked").count()).toBe(0);
  }).toPass();
});
