// What only some may see.
import { expect, OUTSIDER, test, unique } from "../desk.ts";
import { channelOf } from "../sandbox.ts";

// WEB-045 WEB-125
test("a private incident is marked for those on it and is nothing to others", async ({ desk, person, another }) => {
  const { page } = desk;
  const word = unique();
  await desk.is(person.username);
  const id = await desk.declared({
    title: `Somebody is inside ${word}`,
    category: "System Compromise",
    customers: "HT",
    priority: "P1",
  });
  await desk.opens(`/incident/${id}/`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Somebody is inside ${word}`);
  await expect(page.getByText("Private", { exact: true })).toBeVisible();
  expect((await channelOf(id)).kind).toBe("private");
  await desk.opens(`/incident/?search=${word}`);
  await expect(page.getByRole("row").filter({ hasText: word }).getByText("Private", { exact: true })).toBeVisible();
  await desk.opens("/");
  const here = page.locator("section, li").filter({ has: page.getByRole("link", { name: word }) });
  await expect(here.getByText("Private", { exact: true }).first()).toBeVisible();

  const outsider = await another(OUTSIDER.username);
  for (const path of [`/incident/${id}/`, `/incident/${id}/update/`]) {
    await outsider.opens(path, 404);
    await expect(outsider.page.getByRole("heading", { level: 1 })).toHaveText("Page not found");
    await expect(outsider.page).toHaveTitle(/^Page not found \| /);
  }
  await outsider.opens(`/incident/?search=${word}`);
  await expect(outsider.page.getByRole("heading", { name: "No incident matches" })).toBeVisible();
  await outsider.opens("/incident/?per_page=500");
  await expect(outsider.page.getByRole("table")).toBeVisible();
  for (const path of ["/incident/?per_page=500", "/incident/create/", "/"]) {
    await outsider.opens(path);
    expect(await outsider.page.content(), path).not.toContain(word);
  }
});
