// A promise is counted on while the page stays open.
import { expect, test } from "../desk.ts";

test("the promised update comes nearer, and is late in the end", async ({ desk, person }) => {
  const { page } = desk;
  await desk.is(person.username);
  const id = await desk.declared();
  await desk.opens(`/incident/${id}/`);
  await page.getByLabel("Update message").fill("We look at the gateway first.");
  await page.getByRole("combobox", { name: "Next update" }).selectOption({ label: "in 15 min" });
  await page.getByRole("button", { name: "Post update" }).click();
  await expect(page.getByText("Update posted.")).toBeVisible();

  // What FireFighter does meanwhile is news, read by the clock of the server, which stands while that of the page runs
  // ahead: it does not come.
  await page.route("**/fn/incident?**", () => {});
  await page.clock.install();
  await desk.opens(`/incident/${id}/`);
  const next = page.locator("dl > div").filter({ hasText: "Next update" });
  await expect(next).toContainText(/1[45] min/);
  await page.clock.fastForward("11:00");
  await expect(next).toContainText(/[34] min/);
  await page.clock.fastForward("10:00");
  await expect(next).toContainText(/late by [67] min/);
});
