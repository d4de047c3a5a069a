// Signing in and out.
import { expect, PASSWORD, test, unique } from "../desk.ts";

// WEB-001 WEB-003 WEB-026
test("somebody signs in and comes to the page that was asked for", async ({ desk, person }) => {
  const { page } = desk;
  await desk.opens("/incident/?search=anything");
  await expect(page).toHaveURL(/\/admin\/login\/\?next=/);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Log in");
  await page.getByLabel("User name or e-mail").fill(person.username);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Log in", exact: true }).click();
  await expect(page).toHaveURL("/incident/?search=anything");
  await expect(page.getByRole("button", { name: new RegExp(`your menu, ${person.name}`) })).toBeVisible();
});

test("in development anybody is signed in by name", async ({ desk, person }) => {
  const { page } = desk;
  await desk.opens("/admin/login/");
  await page.getByRole("button", { name: `Sign in as ${person.name}` }).click();
  await expect(page).toHaveURL("/");
  await expect(page).toHaveTitle(/^Incidents Dashboard \| /);
});

test("a wrong password is said and the name is kept", async ({ desk }) => {
  const { page } = desk;
  const name = unique();
  await desk.opens("/admin/login/?next=/incident/");
  await page.getByLabel("User name or e-mail").fill(name);
  await page.getByLabel("Password").fill("not this one");
  await page.getByRole("button", { name: "Log in", exact: true }).click();
  await expect(page.getByRole("alert")).toHaveText("That name and password do not belong together.");
  await expect(page.getByLabel("User name or e-mail")).toHaveValue(name);
  await expect(page.getByLabel("Password")).toHaveValue("");
  await expect(page.locator('form input[name="next"]').first()).toHaveValue("/incident/");
  await desk.isAccessible();
});

// WEB-020
test("who signs out is out", async ({ desk, person }) => {
  const { page } = desk;
  await desk.is(person.username);
  await desk.opens("/");
  await page.getByRole("button", { name: /your menu/ }).click();
  await page.getByRole("button", { name: "Log out" }).click();
  await expect(page).toHaveURL(/\/admin\/login\//);
  await desk.opens("/");
  await expect(page).toHaveURL(/\/admin\/login\//);
});

// WEB-001 WEB-002
test("an unknown incident is not found, and nothing is told to strangers", async ({ desk, person }) => {
  const { page } = desk;
  await desk.opens("/incident/99999999/");
  await expect(page).toHaveURL(/\/admin\/login\//);
  await desk.is(person.username);
  for (const path of ["/incident/99999999/", "/incident/nonsense/", "/nowhere/"]) {
    await desk.opens(path, 404);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Page not found");
    await expect(page).toHaveTitle(/^Page not found \| /);
  }
});
