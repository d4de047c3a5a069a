// From declared to closed, and the short ways around it: early, back again, taken back, said otherwise.
import { type Desk, expect, test, unique } from "../desk.ts";

const ADMINISTRATOR = "priya.raman";

/** Posts an update from the page of the incident. */
async function says(desk: Desk, id: number, words: string, status?: string, next?: string) {
  const { page } = desk;
  await desk.opens(`/incident/${id}/`);
  await page.getByLabel("Update message").fill(words);
  if (status) await page.getByRole("combobox", { name: "Status" }).selectOption({ label: status });
  if (next) await page.getByRole("combobox", { name: "Next update" }).selectOption({ label: next });
  await page.getByRole("button", { name: "Post update" }).click();
  await expect(page.getByText("Update posted.")).toBeVisible();
  await desk.taken();
}

/** So many minutes ago on the clock of the desk, as a field for date and time takes it. */
function ago(minutes: number) {
  const paris = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Paris", dateStyle: "short", timeStyle: "medium" });
  return paris.format(new Date(Date.now() - minutes * 60_000)).replace(" ", "T");
}

const closes = (desk: Desk) => desk.page.getByRole("link", { name: "Close", exact: true }).filter({ visible: true });

// WEB-092 WEB-094
test("a P1 is run from declaration to closed", async ({ desk, person }) => {
  test.slow();
  const { page } = desk;
  const word = unique();
  await desk.is(person.username);
  await desk.opens("/incident/create/");
  await page.getByLabel("Title").fill(`Nobody can pay ${word}`);
  await page.getByLabel("Summary", { exact: true }).fill("Every payment is refused at the last step.");
  await page.getByLabel("Incident category").selectOption({ label: "Payment" });
  await desk.chooses("Customers Impact", /^Highest:/);
  await page.getByRole("button", { name: "Declare incident" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Nobody can pay ${word}`);
  const id = Number(/\/incident\/(\d+)\//.exec(page.url())?.[1]);

  await says(desk, id, "We look at the gateway and at the provider.", "Investigating", "in 30 min");
  await expect(page.getByText(new RegExp(`due \\d\\d:\\d\\d, ${person.name}`))).toBeVisible();
  await expect(page.getByText(/^(30|29) min$/)).toBeVisible();
  await says(desk, id, "It is the gateway. We roll its release back.", "Mitigating");
  await expect(page.getByText(/due \d\d:\d\d,/)).toHaveCount(0);

  await closes(desk).click();
  await expect(page.getByRole("heading", { level: 2, name: "It cannot be closed yet" })).toBeVisible();
  await desk.taken();
  await desk.isAccessible();
  await desk.fits();
  await page.getByRole("link", { name: "Post an update" }).click();
  await expect(page).toHaveURL(`/incident/${id}/update/`);
  await desk.taken();
  await page.getByLabel("Update message").fill("Payments go through again since a minute.");
  await page.getByRole("combobox", { name: "Status" }).selectOption({ label: "Mitigated" });
  await page.getByRole("button", { name: "Post update" }).click();
  await expect(page.getByText("Update posted.")).toBeVisible();

  await desk.opens(`/incident/${id}/close/`);
  await expect(page.getByText("MISSING_REQUIRED_KEY_EVENTS")).toBeVisible();
  await expect(page.getByText("STATUS_NOT_MITIGATED")).toHaveCount(0);
  await page.getByRole("link", { name: "Look at the key events" }).click();
  await expect(page).toHaveURL(`/incident/${id}/update_key_events/`);
  await desk.taken();
  await page.locator("[name='asked[key_event_started][to]']").fill(ago(20));
  await page.locator("[name='asked[key_event_detected][to]']").fill(ago(15));
  await page.getByRole("button", { name: /^Save/ }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Nobody can pay ${word}`);
  await expect(page.getByText("5 minutes", { exact: true }).first()).toBeVisible();
  await desk.taken();

  await closes(desk).click();
  await expect(page.getByRole("button", { name: "Close incident" })).toBeVisible();
  await desk.taken();
  await desk.isAccessible();
  await desk.fits();
  await page.getByLabel("Message").fill("Quiet for an hour. The release stays back.");
  await page.getByRole("button", { name: "Close incident" }).click();
  await expect(page.getByText("A closed incident is not changed")).toBeVisible();
  await expect(page.getByRole("button", { name: "Post update" })).toHaveCount(0);
  await expect(page.getByRole("list", { name: "Newest first" })).toContainText("Quiet for an hour.");
});

// WEB-094
test("nothing was wrong: closed early with a reason, and brought back by an administrator", async ({ desk, person, another }) => {
  const { page } = desk;
  desk.foresees(400);
  await desk.is(person.username);
  const id = await desk.declared();
  await desk.opens(`/incident/${id}/close/`);
  await page.getByRole("button", { name: "Close incident" }).click();
  await expect(page.getByRole("alert")).toContainText("Not closed");
  await expect(page.getByLabel("Reason")).toHaveAttribute("aria-invalid", "true");
  await desk.taken();
  await desk.isAccessible();
  await page.getByLabel("Reason").selectOption({ label: "Duplicate incident" });
  await page.getByLabel("Reference").fill("#4100");
  await page.getByLabel("Message").fill("The same as number 4100.");
  await page.getByRole("button", { name: "Close incident" }).click();
  await expect(page.getByRole("list", { name: "Newest first" })).toContainText("closed it early");
  await expect(page.getByRole("link", { name: "Reopen" })).toHaveCount(0);

  const admin = await another(ADMINISTRATOR);
  await admin.opens(`/incident/${id}/`);
  await admin.page.getByRole("link", { name: "Reopen" }).click();
  await expect(admin.page.getByRole("button", { name: "Reopen incident" })).toBeVisible();
  await admin.taken();
  await admin.isAccessible();
  await admin.fits();
  await admin.page.getByLabel("Message").fill("It is another one after all.");
  await admin.page.getByRole("button", { name: "Reopen incident" }).click();
  await expect(admin.page.getByRole("list", { name: "Newest first" })).toContainText("It is another one after all.");
  await expect(admin.page.getByRole("button", { name: "Post update" })).toBeVisible();
});

test("declared by mistake: one button takes it back", async ({ desk, person }) => {
  const { page } = desk;
  await desk.is(person.username);
  const id = await desk.declared();
  await desk.opens(`/incident/${id}/`);
  await page.getByRole("button", { name: "Declared by mistake" }).click();
  await expect(page.getByText("A closed incident is not changed")).toBeVisible();
  await expect(page.getByRole("button", { name: "Declared by mistake" })).toHaveCount(0);
  await expect(page.getByRole("list", { name: "Newest first" })).toContainText("Declared by mistake.");
});

// WEB-066 WEB-092
test("words and places are edited, and what was said is corrected", async ({ desk, person }) => {
  const { page } = desk;
  const word = unique();
  await desk.is(person.username);
  const id = await desk.declared();
  await desk.opens(`/incident/${id}/`);
  await page.getByRole("link", { name: "Edit", exact: true }).filter({ visible: true }).click();
  await expect(page.getByRole("button", { name: "Save changes" })).toBeVisible();
  await desk.taken();
  await desk.isAccessible();
  await desk.fits();
  await page.getByLabel("Title").fill(`Only cards fail ${word}`);
  await page.getByRole("checkbox", { name: /^STG/ }).check({ force: true });
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Only cards fail ${word}`);

  await says(desk, id, "Ten percent of the cards fail.");
  await page.getByRole("link", { name: "Correct", exact: true }).click();
  await expect(page.getByRole("button", { name: "Correct", exact: true })).toBeVisible();
  await desk.taken();
  await desk.isAccessible();
  await desk.fits();
  await page.getByLabel("Message").fill("Three percent of the cards fail.");
  await page.getByRole("button", { name: "Correct", exact: true }).click();
  const timeline = page.getByRole("list", { name: "Newest first" });
  await expect(timeline).toContainText("Three percent of the cards fail.");
  await expect(page.getByText("Ten percent of the cards fail.")).toBeHidden();
  await timeline.getByText(/^corrected by/).click();
  await expect(page.getByText("Ten percent of the cards fail.")).toBeVisible();
  await desk.isAccessible();
});
