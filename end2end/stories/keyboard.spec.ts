// The way by keyboard that needs no script.
import { expect, test } from "../desk.ts";

test("the first key leads past the header", async ({ desk, person }) => {
  const { page } = desk;
  await desk.is(person.username);
  await desk.opens("/");
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to content" });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();
});
