// What script adds: keys, and the focus after a navigation.
import { expect, test, unique } from "../desk.ts";

test("keys shorten the way, and are letters while somebody types", async ({ desk, person }) => {
  const { page } = desk;
  const word = unique();
  await desk.is(person.username);
  const id = await desk.declared();
  await desk.opens(`/incident/${id}/`);

  await page.keyboard.press("?");
  const keys = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(keys).toBeVisible();
  await desk.isAccessible();
  await page.keyboard.press("Escape");
  await expect(keys).toBeHidden();

  await page.keyboard.press("/");
  await expect(page.getByRole("searchbox", { name: "Search incidents" })).toBeFocused();
  await page.keyboard.press("d");
  await expect(page.getByRole("searchbox", { name: "Search incidents" })).toHaveValue("d");
  await page.getByRole("searchbox", { name: "Search incidents" }).fill("");
  await page.getByRole("heading", { level: 1 }).click();

  await page.keyboard.press("u");
  const message = page.getByLabel("Update message");
  await expect(message).toBeFocused();
  await page.keyboard.type(`d, u and / are letters ${word}`);
  await page.keyboard.press("Control+Enter");
  await expect(page.getByRole("list", { name: "Newest first" })).toContainText(`d, u and / are letters ${word}`);

  for (const [key, form] of [
    ["r", "roles"],
    ["t", "update_key_events"],
    ["e", "edit"],
  ]) {
    await page.getByRole("heading", { level: 1 }).click();
    await page.keyboard.press(key!);
    await expect(page).toHaveURL(`/incident/${id}/${form}/`);
    await page.goBack();
    await expect(message).toBeVisible();
  }

  await page.getByRole("heading", { level: 1 }).click();
  await page.keyboard.press("d");
  await expect(page).toHaveURL("/incident/create/");
  await expect(page.getByRole("main")).toBeFocused();
});

test("rows are walked with j and k and opened with Enter", async ({ desk, person }) => {
  const { page } = desk;
  const word = unique();
  await desk.is(person.username);
  const older = await desk.declared({ title: `Walked ${word}` });
  await desk.declared({ title: `Walked ${word}` });
  await desk.opens(`/incident/?search=${word}`);
  const links = page.getByRole("row").filter({ hasText: word }).getByRole("link", { name: `Walked ${word}` });
  await expect(links).toHaveCount(2);
  await page.keyboard.press("j");
  await expect(links.nth(0)).toBeFocused();
  await page.keyboard.press("j");
  await expect(links.nth(1)).toBeFocused();
  await page.keyboard.press("k");
  await expect(links.nth(0)).toBeFocused();
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(`/incident/${older}/`);
  await expect(page.getByRole("main")).toBeFocused();
});

test("a chosen theme stays until the system's is chosen again", async ({ desk, person }) => {
  const { page } = desk;
  await desk.is(person.username);
  await desk.opens("/");
  const chooses = async (name: string) => {
    await page.getByRole("button", { name: /your menu/ }).click();
    await page.getByRole("button", { name }).click();
    await page.keyboard.press("Escape");
  };
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({ colorScheme: "light" });
  const day = await background();
  await chooses("Night colours");
  await expect.poll(background).not.toBe(day);
  const night = await background();
  await desk.reloads();
  expect(await background()).toBe(night);
  await chooses("Colours of the system");
  await expect.poll(background).toBe(day);
  await desk.reloads();
  expect(await background()).toBe(day);
});
