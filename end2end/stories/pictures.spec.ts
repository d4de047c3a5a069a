// Every page as it looks, into pictures/: on demand, `npx playwright test --project=pictures`.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "../desk.ts";
import { channelOf, channelSays } from "../sandbox.ts";

const FOLDER = join(import.meta.dirname, "..", "pictures");
const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

test("pictures of every page", async ({ desk }) => {
  const { page } = desk;
  mkdirSync(FOLDER, { recursive: true });
  const shoot = async (name: string) => {
    for (const [size, viewport] of Object.entries(SIZES)) {
      await page.setViewportSize(viewport);
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        await page.screenshot({ path: join(FOLDER, `${name}-${size}-${colorScheme}.png`), fullPage: true });
      }
    }
    await page.setViewportSize(SIZES.desktop);
  };
  await desk.opens("/admin/login/");
  await shoot("login");
  await page.goto("/admin/login/?error=credentials&username=yusuf.demir");
  await shoot("login-refused");

  await desk.is("yusuf.demir");
  await desk.opens("/");
  await shoot("dashboard-quiet");
  for (const [title, customers, category] of [
    ["Search returns no results on the apps", "LO", "Payment"],
    ["Coupons are not applied at checkout", "MD", "Loyalty and coupons"],
    ["Laptop with customer data is missing", "HI", "Personal Data Breach"],
    ["Refunds are paid twice", "HI", "Refunds"],
  ] as const) {
    await desk.declared({ title, customers, category });
  }
  const id = await desk.declared({ title: "Card payments fail at checkout for all customers", customers: "HT" });
  await channelOf(id);
  for (const [words, status] of [
    ["The payment provider answers slowly since 10:02. We have asked them.", "Investigating"],
    ["We switch to the other provider. Half of the payments go through again.", "Mitigating"],
  ]) {
    await desk.opens(`/incident/${id}/`);
    await page.getByLabel("Update message").fill(words);
    await page.getByRole("combobox", { name: "Status" }).selectOption({ label: status });
    await page.getByRole("combobox", { name: "Next update" }).selectOption({ label: "in 30 min" });
    await page.getByRole("button", { name: "Post update" }).click();
    await expect(page.getByText("Update posted.")).toBeVisible();
    await channelSays(id, words);
  }
  await desk.opens(`/incident/${id}/`);
  await shoot("incident");
  const [moment] = await page.locator("[name=at]").evaluateAll((all) => all.map((one) => (one as HTMLInputElement).value));
  await desk.opens(`/incident/${id}/?at=${encodeURIComponent(moment!)}`);
  await shoot("incident-past");
  await desk.opens("/incident-category/");
  await shoot("categories");
  await desk.opens("/");
  await shoot("dashboard");
  await desk.opens("/incident/");
  await shoot("list");
  await page.locator("summary").filter({ hasText: "Priority" }).click();
  await shoot("list-filter");
  await desk.opens("/incident/?search=nothingatall");
  await shoot("list-empty");
  await desk.opens(`/incident/${id}/update/`);
  await shoot("update");
  await desk.opens(`/incident/${id}/edit/`);
  await shoot("edit");
  await desk.opens(`/incident/${id}/close/`);
  await shoot("close-gate");
  await desk.opens(`/incident/${id}/`);
  await page.getByRole("link", { name: "Correct", exact: true }).first().click();
  await page.getByLabel("Message").fill("We switch to the other provider. A third of the payments go through again.");
  await shoot("correct");
  await page.getByRole("button", { name: "Correct", exact: true }).click();
  await expect(page.getByText(/^corrected by/)).toBeVisible();
  await page.getByText(/^corrected by/).click();
  await shoot("incident-corrected");
  const early = await desk.declared({ title: "Nothing was wrong with the coupons", customers: "MD" });
  await desk.opens(`/incident/${early}/`);
  await shoot("incident-mistake");
  await desk.opens(`/incident/${early}/close/`);
  await shoot("close-early");
  for (const [name, form] of [
    ["people", "roles"],
    ["key-events", "update_key_events"],
    ["costs", "costs"],
    ["tags", "tags"],
    ["impacts", "impacts"],
  ]) {
    await desk.opens(`/incident/${id}/${form}/`);
    await shoot(name!);
  }
  await desk.opens("/incident/create/");
  await desk.chooses("Customers Impact", /^High:/);
  await shoot("declare");
  desk.foresees(400);
  await page.getByRole("button", { name: "Declare incident" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await shoot("declare-refused");
  await desk.opens("/nowhere/", 404);
  await shoot("not-found");
});
