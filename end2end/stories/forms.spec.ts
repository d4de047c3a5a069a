// What happens when a form is wrong, old, or sent twice.
import { expect, OUTSIDER, test, unique } from "../desk.ts";

// WEB-037 WEB-086 WEB-087
test("a declaration that is wrong comes back with every error and every word", async ({ desk, person }) => {
  const { page } = desk;
  desk.foresees(400);
  const word = unique();
  await desk.is(person.username);
  await desk.opens("/incident/create/");
  await page.getByLabel("Title").fill("Too short");
  await page.getByLabel("Summary", { exact: true }).fill(`Said by ${word} <b>&amp; "all"</b></textarea>`);
  await desk.chooses("Customers Impact", /^High:/);
  await page.getByRole("button", { name: "Declare incident" }).click();

  const summary = page.getByRole("alert");
  await expect(summary).toContainText("Not declared yet, 2 things to fix");
  await expect(summary).toContainText("All you wrote is kept.");
  await desk.taken();
  if (desk.script) await expect(summary).toBeFocused();
  const title = page.getByLabel("Title");
  await expect(title).toHaveAttribute("aria-invalid", "true");
  await expect(title).toHaveAccessibleDescription(/At least 10 characters/);
  const category = page.getByLabel("Incident category");
  await expect(category).toHaveAttribute("aria-invalid", "true");
  await expect(title).toHaveValue("Too short");
  await expect(page.getByLabel("Summary", { exact: true })).toHaveValue(
    `Said by ${word} <b>&amp; "all"</b></textarea>`,
  );
  await expect(
    page.getByRole("group", { name: "Customers Impact" }).getByRole("radio", { name: /^High:/ }),
  ).toBeChecked();
  await expect(page.locator(".suggest > :visible")).toContainText("Suggested: P2");
  await desk.isAccessible();

  await summary.getByRole("link", { name: /^Title/ }).click();
  await expect(title).toBeInViewport();
  await title.fill(`Long enough now ${word}`);
  await category.selectOption({ label: "Payment" });
  await page.getByRole("button", { name: "Declare incident" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Long enough now ${word}`);
});

// WEB-086 WEB-091
test("an update that is too short comes back with its error and its word", async ({ desk, person }) => {
  const { page } = desk;
  desk.foresees(400);
  await desk.is(person.username);
  const id = await desk.declared();
  for (const path of [`/incident/${id}/`, `/incident/${id}/update/`]) {
    await desk.opens(path);
    const message = page.getByLabel("Update message");
    await message.fill("Short");
    await page.getByRole("combobox", { name: "Status" }).selectOption({ label: "Investigating" });
    await page.getByRole("button", { name: "Post update" }).click();
    await expect(page.getByRole("alert")).toContainText("Not posted, one thing to fix");
    await expect(message).toHaveAttribute("aria-invalid", "true");
    await expect(message).toHaveAccessibleDescription(/At least 10 characters/);
    await expect(message).toHaveValue("Short");
    await expect(page.getByRole("combobox", { name: "Status" })).toHaveValue("20");
  }
  await desk.opens(`/incident/${id}/`);
  await expect(page.getByRole("list", { name: "Newest first" })).not.toContainText("Short");
});

// WEB-091
test("a stale form says both values and writes nothing until it is sent again", async ({ desk, person, another }) => {
  const { page } = desk;
  desk.foresees(409);
  const word = unique();
  await desk.is(person.username);
  const id = await desk.declared({ customers: "HI" });
  await desk.opens(`/incident/${id}/`);

  const other = await another(OUTSIDER.username);
  await other.opens(`/incident/${id}/update/`);
  await other.picks(other.page.getByRole("combobox", { name: "Priority" }), "P1");
  await other.page.getByLabel("Update message").fill("It is worse than we thought.");
  await other.page.getByRole("button", { name: "Post update" }).click();
  await expect(other.page.getByText("Update posted.")).toBeVisible();

  await page.getByLabel("Update message").fill(`We see ${word} in the logs.`);
  await desk.picks(page.getByRole("combobox", { name: "Priority" }), "P3");
  await page.getByRole("button", { name: "Post update" }).click();
  const summary = page.getByRole("alert");
  await expect(summary).toContainText("Not posted, somebody changed it while you wrote");
  await expect(summary).toContainText("it is P1 by now, you chose P3");
  await expect(page.getByLabel("Update message")).toHaveValue(`We see ${word} in the logs.`);
  const timeline = page.getByRole("list", { name: "Newest first" });
  await expect(timeline).not.toContainText(word);

  await desk.taken();
  // The form has learnt what is true now.
  const p1 = page.getByRole("combobox", { name: "Priority" }).locator("option").filter({ hasText: /^P1\b/ });
  await expect(page.locator('input[name="asked[priority][from]"]')).toHaveValue((await p1.getAttribute("value"))!);
  await page.getByRole("button", { name: "Post update" }).click();
  await expect(timeline).toContainText(`We see ${word} in the logs.`);
  await expect(timeline.getByRole("listitem").filter({ hasText: word })).toContainText("P3");
});

// WEB-091
test("one window posts one update after the other", async ({ desk, person }) => {
  const { page } = desk;
  await desk.is(person.username);
  const id = await desk.declared();
  await desk.opens(`/incident/${id}/`);
  for (const words of ["The first thing we know.", "The second thing we know."]) {
    await page.getByLabel("Update message").fill(words);
    await page.getByRole("button", { name: "Post update" }).click();
    const entry = page.getByRole("list", { name: "Newest first" }).getByRole("listitem").filter({ hasText: words });
    await expect(entry).toHaveCount(1);
    await expect(page.getByLabel("Update message")).toHaveValue("");
    await desk.taken();
  }
});

// WEB-088
test("a declaration that is sent twice is one incident", async ({ desk, person }) => {
  const { page } = desk;
  desk.foresees(409);
  const word = unique();
  await desk.is(person.username);
  await desk.opens("/incident/create/");
  await page.getByLabel("Title").fill(`Pressed twice ${word}`);
  await page.getByLabel("Summary", { exact: true }).fill("The button was pressed twice in a hurry.");
  await page.getByLabel("Incident category").selectOption({ label: "Payment" });
  await desk.chooses("Customers Impact", /^Low:/);
  await page.getByRole("button", { name: "Declare incident" }).dblclick();
  await expect(
    page.getByText("The incident is declared.").or(page.getByText(/Sent already as #\d+/)),
  ).toBeVisible();
  await desk.opens(`/incident/?search=${word}`);
  await expect(page.getByRole("row").filter({ hasText: word })).toHaveCount(1);
});

// WEB-088
test("Back to a form that was sent does not declare again", async ({ desk, person }) => {
  const { page } = desk;
  const word = unique();
  await desk.is(person.username);
  await desk.opens("/incident/create/");
  await page.getByLabel("Title").fill(`Back and again ${word}`);
  await page.getByLabel("Summary", { exact: true }).fill("Somebody goes back and sends it again.");
  await page.getByLabel("Incident category").selectOption({ label: "Payment" });
  await desk.chooses("Customers Impact", /^Low:/);
  await page.getByRole("button", { name: "Declare incident" }).click();
  await expect(page.getByText("The incident is declared.")).toBeVisible();
  const incident = new URL(page.url()).pathname;
  const goesBack = async () => {
    await page.goBack();
    await expect(page.getByRole("heading", { level: 1, name: "Declare an incident" })).toBeVisible();
  };
  await goesBack();
  if (desk.script) {
    // A new form, with nothing in it.
    await expect(page.getByLabel("Title")).toHaveValue("");
  } else {
    // The old form, as the browser kept it: the same is the same incident.
    const summary = page.getByLabel("Summary", { exact: true });
    await expect(summary).toHaveValue("Somebody goes back and sends it again.");
    await page.getByLabel("Title").fill(`Back and again ${word}`);
    await page.getByRole("button", { name: "Declare incident" }).click();
    await expect(page.getByText("The incident is declared.")).toBeVisible();
    expect(new URL(page.url()).pathname).toBe(incident);
    // Something else on it is not lost, and not declared by accident.
    await goesBack();
    await page.getByLabel("Title").fill(`Something else ${word}`);
    await page.getByRole("button", { name: "Declare incident" }).click();
    await expect(page.getByRole("alert")).toContainText(/Sent already as #\d+/);
    await expect(page.getByLabel("Title")).toHaveValue(`Something else ${word}`);
  }
  await desk.opens(`/incident/?search=${word}`);
  await expect(page.getByRole("row").filter({ hasText: word })).toHaveCount(1);
});

test("an update that is sent twice is said once", async ({ desk, person }) => {
  const { page } = desk;
  desk.foresees(409);
  const word = unique();
  await desk.is(person.username);
  const id = await desk.declared();
  await desk.opens(`/incident/${id}/`);
  await page.getByLabel("Update message").fill(`Pressed twice ${word}`);
  await page.getByRole("button", { name: "Post update" }).dblclick();
  const entry = page.getByRole("list", { name: "Newest first" }).getByRole("listitem").filter({ hasText: word });
  await expect(entry).toHaveCount(1);
  await desk.opens(`/incident/${id}/`);
  await expect(entry).toHaveCount(1);
});
