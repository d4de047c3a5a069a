// What was sent shows before it is answered; refused, it is as it was, with the reason.
import { expect, test } from "../desk.ts";

const UPDATE = "**/fn/incident/update";

test("an update stands in the timeline while it is on its way", async ({ desk, person }) => {
  const { page } = desk;
  await desk.is(person.username);
  const id = await desk.declared();
  await desk.opens(`/incident/${id}/`);
  let letGo = () => {};
  const held = new Promise<void>((go) => (letGo = go));
  await page.route(UPDATE, async (route) => {
    await held;
    await route.continue();
  });
  const words = "Half of the payments go through again.";
  await page.getByLabel("Update message").fill(words);
  await page.getByRole("button", { name: "Post update" }).click();
  const timeline = page.getByRole("region", { name: "Timeline" });
  await expect(timeline.getByRole("status").filter({ hasText: "is posting this" })).toContainText(words);
  letGo();
  await expect(page.getByText("Update posted.")).toBeVisible();
  await expect(timeline.getByText("is posting this")).toHaveCount(0);
  await expect(timeline.getByText(words)).toHaveCount(1);
  await expect(page.getByLabel("Update message")).toHaveValue("");
});

test("a refused update leaves the timeline and is still in the form", async ({ desk, person }) => {
  const { page } = desk;
  await desk.is(person.username);
  const id = await desk.declared();
  await desk.opens(`/incident/${id}/`);
  desk.foresees(400);
  const words = "Too short";
  await page.getByLabel("Update message").fill(words);
  await page.getByRole("button", { name: "Post update" }).click();
  await expect(page.getByRole("alert")).toContainText("At least 10 characters");
  await expect(page.getByText("is posting this")).toHaveCount(0);
  await expect(page.getByLabel("Update message")).toHaveValue(words);
});
