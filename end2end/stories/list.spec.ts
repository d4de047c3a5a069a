// Finding incidents. The address is the state.
import { expect, test, unique } from "../desk.ts";

// WEB-037 WEB-047 WEB-052 WEB-056 WEB-059 WEB-060
test("search and filters are in the address, and Back goes back", async ({ desk, person }) => {
  const { page } = desk;
  const word = unique();
  await desk.is(person.username);
  const loud = await desk.declared({ title: `Loud fire ${word}`, customers: "HI" });
  const quiet = await desk.declared({ title: `Quiet smoke ${word}`, customers: "LO" });
  const rows = page.getByRole("row").filter({ hasText: word });
  const apply = async () => {
    const button = page.getByRole("button", { name: "Update filters" });
    if (desk.script) await expect(button).toHaveCount(0);
    else await button.locator("visible=true").first().click();
  };

  await desk.opens("/incident/");
  const search = page.getByRole("searchbox", { name: "Search title, summary or id" });
  await search.fill(word);
  await apply();
  await expect(page).toHaveURL(new RegExp(`[?&]search=${word}(&|$)`));
  await expect(rows).toHaveText([new RegExp(String(quiet)), new RegExp(String(loud))]);
  await expect(page.getByRole("status").filter({ hasText: "match" })).toContainText("2 match");

  await page.locator("summary").filter({ hasText: "Priority" }).click();
  await page.getByRole("checkbox", { name: /^P4/ }).check();
  await apply();
  await expect(page).toHaveURL(/[?&]priority=[^&]+/);
  const address = page.url();
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText(`Quiet smoke ${word}`);
  await expect(search).toHaveValue(word);

  await page.goBack();
  await expect(page).not.toHaveURL(/priority/);
  await expect(rows).toHaveCount(2);
  await expect(page.getByRole("checkbox", { name: /^P4/, includeHidden: true })).not.toBeChecked();
  await expect(search).toHaveValue(word);

  // Told by its address alone.
  await desk.opens(address);
  await expect(rows).toHaveCount(1);
  await rows.getByRole("link", { name: `Quiet smoke ${word}` }).click();
  await expect(page).toHaveURL(`/incident/${quiet}/`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Quiet smoke ${word}`);
});

// WEB-047 WEB-050 WEB-051
test("Newer and Older turn the pages and keep what is asked", async ({ desk, person }) => {
  const { page } = desk;
  const word = unique();
  await desk.is(person.username);
  const ids: number[] = [];
  for (let n = 0; n < 12; n++) ids.push(await desk.declared({ title: `Row of ${word}`, customers: "LO" }));
  ids.reverse();
  const rows = page.getByRole("row").filter({ hasText: word });
  const numbers = (some: number[]) => some.map((id) => new RegExp(`^\\s*${id}`));
  const turn = page.getByRole("navigation", { name: "Pages" });
  await desk.opens(`/incident/?search=${word}&per_page=10`);
  await expect(rows).toHaveText(numbers(ids.slice(0, 10)));
  await expect(turn.getByRole("link", { name: "Newer" })).toHaveCount(0);
  await turn.getByRole("link", { name: "Older" }).click();
  await expect(rows).toHaveText(numbers(ids.slice(10)));
  await expect(page).toHaveURL(new RegExp(`search=${word}`));
  await expect(page).toHaveURL(/per_page=10/);
  await expect(turn.getByRole("link", { name: "Older" })).toHaveCount(0);
  await turn.getByRole("link", { name: "Newer" }).click();
  await expect(rows).toHaveText(numbers(ids.slice(0, 10)));
});

// WEB-048
test("the list is sorted by its heads", async ({ desk, person, viewport }) => {
  const { page } = desk;
  const word = unique();
  await desk.is(person.username);
  const first = await desk.declared({ title: `Sorted ${word}`, customers: "LO" });
  const second = await desk.declared({ title: `Sorted ${word}`, customers: "LO" });
  const rows = page.getByRole("row").filter({ hasText: word });
  await desk.opens(`/incident/?search=${word}`);
  await expect(rows).toHaveText([new RegExp(String(second)), new RegExp(String(first))]);
  if (viewport!.width < 768) {
    // On a phone the heads are not shown; the address still sorts.
    await desk.opens(`/incident/?search=${word}&sort=id`);
  } else {
    const head = page.getByRole("columnheader", { name: "Id" });
    await head.getByRole("link").click();
    await expect(head).toHaveAttribute("aria-sort", "ascending");
  }
  await expect(page).toHaveURL(/sort=id/);
  await expect(rows).toHaveText([new RegExp(String(first)), new RegExp(String(second))]);
  if (viewport!.width >= 768) {
    await page.getByRole("columnheader", { name: "Id" }).getByRole("link").click();
    await expect(page.getByRole("columnheader", { name: "Id" })).toHaveAttribute("aria-sort", "descending");
    await expect(rows).toHaveText([new RegExp(String(second)), new RegExp(String(first))]);
  }
});

// WEB-061 WEB-062
test("what cannot be asked and what matches nothing are said", async ({ desk, person }) => {
  const { page } = desk;
  await desk.is(person.username);
  await desk.opens("/incident/?status=sleeping");
  const panel = page.getByRole("alert");
  await expect(panel.getByRole("heading", { name: "Bad request" })).toBeVisible();
  await expect(panel).toContainText("status");
  await panel.getByRole("link", { name: "All incidents" }).click();
  await expect(page).toHaveURL("/incident/");
  await desk.opens(`/incident/?search=${unique()}`);
  await expect(page.getByRole("heading", { name: "No incident matches" })).toBeVisible();
  await desk.isAccessible();
});
