// From the browser into Slack and back.
import { expect, test, unique } from "../desk.ts";
import { channelOf, channelSays, option, said, Somebody, violations } from "../sandbox.ts";

// WEB-037 WEB-069 WEB-087 WEB-088 WEB-089 WEB-090 WEB-091
test("an incident is declared, gets its channel, and is told in both places", async ({ desk, person }) => {
  const { page } = desk;
  const word = unique();
  await desk.is(person.username);
  await desk.opens("/");
  await page.getByRole("link", { name: "Declare", exact: true }).click();
  await expect(page).toHaveTitle(/^Declare Critical Incident \| /);
  await expect(page.getByRole("heading", { level: 1, name: "Declare an incident" })).toBeVisible();
  await desk.taken();

  const suggestion = page.locator(".suggest > :visible");
  await expect(suggestion).toContainText("No priority yet");
  await desk.chooses("Customers Impact", /^Low:/);
  await expect(suggestion).toContainText("Suggested: P4");
  await expect(suggestion).toContainText("no channel");
  await desk.chooses("Business Impact", /^High:/);
  await expect(suggestion).toContainText("Suggested: P2");
  await expect(suggestion).toContainText("It gets a channel");

  await page.getByLabel("Title").fill(`Checkout is down ${word}`);
  await page.getByLabel("Summary", { exact: true }).fill("Customers reach the last step and get an error.");
  await page.getByLabel("Incident category").selectOption({ label: "Payment" });
  await page.getByRole("button", { name: "Declare incident" }).click();

  await expect(page).toHaveURL(/\/incident\/\d+\/#declared$/);
  await expect(page.getByText("The incident is declared.")).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Checkout is down ${word}`);
  const id = Number(/\/incident\/(\d+)\//.exec(page.url())![1]);

  const channel = await channelOf(id);
  expect(channel.kind).toBe("public");
  await channelSays(id, `Checkout is down ${word}`);
  await expect
    .poll(async () => {
      const now = await channelOf(id);
      return { opener: now.members.includes(person.slack), pins: now.pins.length, bookmarks: now.bookmarks.length };
    })
    .toEqual({ opener: true, pins: 1, bookmarks: 1 });
  const surfaces = page.getByRole("complementary", { name: "Where and what" });
  await expect(async () => {
    await desk.reloads();
    await expect(surfaces.getByRole("link", { name: `#${channel.name}` })).toBeVisible({ timeout: 500 });
    await expect(surfaces.getByText(/pending/)).toHaveCount(0, { timeout: 500 });
  }).toPass();
  await expect(surfaces.getByText("in step").first()).toBeVisible();

  // From Slack to the page.
  const inSlack = new Somebody(person.slack);
  await inSlack.types(channel.id, "update");
  await inSlack.uses(await inSlack.reads(`Update incident #${id}`), "push_modal_incident_update_status");
  const form = await inSlack.sees("incident_update_status");
  const sent = await inSlack.submits(form, {
    message: `The provider ${word} answers slowly.`,
    status: option(form, "Investigating"),
  });
  expect([sent.trouble, sent.errors]).toEqual([null, {}]);
  await channelSays(id, `The provider ${word} answers slowly.`, "Investigating");
  await desk.reloads();
  const timeline = page.getByRole("list", { name: "Newest first" });
  await expect(timeline).toContainText(`The provider ${word} answers slowly.`);
  await expect(timeline.getByRole("listitem").filter({ hasText: word })).toContainText("Investigating");

  // From the page to Slack.
  await page.getByLabel("Update message").fill(`We switch ${word} to the other provider.`);
  await page.getByRole("combobox", { name: "Status" }).selectOption({ label: "Mitigating" });
  await page.getByRole("button", { name: "Post update" }).click();
  await expect(page.getByText("Update posted.")).toBeVisible();
  await expect(timeline).toContainText(`We switch ${word} to the other provider.`);
  await expect(page.getByLabel("Update message")).toHaveValue("");
  const after = await channelSays(id, `We switch ${word} to the other provider.`, "Mitigating");
  const times = after.messages.filter((m) => said([{ text: m.text }, m.blocks]).includes(`switch ${word}`)).length;
  expect(times).toBe(1);
  expect(await violations()).toEqual([]);
});

// What was about to be declared exists already: the words go there, nothing is declared, and nothing is left behind.
test("what was written goes to the incident that exists", async ({ desk, person }) => {
  const { page } = desk;
  await desk.is(person.username);
  const word = unique();
  const id = await desk.declared({ title: `Zeppelins are late ${word}` });
  await desk.opens("/incident/create/");
  await page.getByLabel("Title").fill(`Airships ${word} do not fly`);
  await page.getByLabel("Summary").fill(`Passengers ${word} wait at the mast.`);
  const instead = page.getByRole("button", { name: /^Add to it instead/ });
  // While it is typed, only what is alike stays.
  if (desk.script) await expect(instead).toHaveCount(1);
  await page.getByRole("button", { name: `Add to it instead: #${id}`, exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`/incident/${id}/#saved$`));
  await expect(page.getByRole("list", { name: "Newest first" })).toContainText(`Passengers ${word} wait`);
  await desk.opens("/incident/create/");
  await expect(page.getByLabel("Summary")).toHaveValue("");
});
