// What script adds besides keys.
import { expect, test } from "../desk.ts";

test("every page is reached from every other without a new document", async ({ desk, person }) => {
  const { page } = desk;
  await desk.is(person.username);
  const title = "Every page from every other";
  const id = await desk.declared({ title });
  await desk.opens("/incident/");
  await page.evaluate(() => ((window as unknown as { same: boolean }).same = true));
  await page.getByRole("link", { name: "Declare", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Declare an incident" })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1, name: "Incidents" })).toBeVisible();
  await page.getByRole("row").getByRole("link", { name: title }).first().click();
  await expect(page).toHaveTitle(new RegExp(`^Incident #${id} \\| `));
  await page.getByRole("link", { name: /, dashboard$/ }).click();
  await expect(page).toHaveTitle(/^Incidents Dashboard \| /);
  await page.goBack();
  await expect(page).toHaveTitle(new RegExp(`^Incident #${id} \\| `));
  expect(await page.evaluate(() => (window as unknown as { same?: boolean }).same)).toBe(true);
});
